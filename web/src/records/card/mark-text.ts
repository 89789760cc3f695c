import { hasText, t } from "@web/lib/i18n";
import type { Mark } from "@web/lib/values";

/** What is doubtful about a value, and what stood in its place. */
export function markText(mark: Mark): string {
  const key = `mark.${mark.code}`;
  const text = hasText(key) ? t(key) : t("mark.unclear");
  return mark.raw ? t("mark.with_raw", { text, raw: mark.raw }) : text;
}
