import { hasText, t } from "@web/lib/i18n";

/** Background work by its name in the program; one of a module unknown here keeps its name. */
export function workName(name: string): string {
  const key = `admin.work_${name}`;
  return hasText(key) ? t(key) : name;
}
