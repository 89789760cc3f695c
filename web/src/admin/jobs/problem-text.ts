import { hasText, t } from "@web/lib/i18n";

/** Why a job failed: the server keeps the code of the error, some with their words here. */
export function problemText(code: string): string {
  const key = `admin.job_problem_${code}`;
  return hasText(key) ? t(key) : t("admin.job_problem", { code });
}
