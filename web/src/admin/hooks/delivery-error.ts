import { hasText, t } from "@web/lib/i18n";

/** Why an address did not take a message, in words: «http_500», «remote_timeout» and the like come from the server as codes. */
export function deliveryError(code: string | null | undefined): string {
  if (!code) return "";
  const status = /^http_(\d+)$/.exec(code)?.[1];
  if (status) return t("admin.hook_answered", { status });
  const key = `admin.hook_error_${code}`;
  return hasText(key) ? t(key) : t("admin.hook_error_other", { code });
}
