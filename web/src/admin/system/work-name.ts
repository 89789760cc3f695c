import { hasText, t, type TextKey } from "@web/lib/i18n";

/** Background work by its name in the program; modules bring texts of their own as `web.work.<name>`. */
export function workName(name: string): string {
  const key = [`admin.work_${name}`, `web.work.${name}`].find(hasText);
  return key ? t(key as TextKey) : name;
}
