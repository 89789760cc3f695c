import type { ComponentType } from "react";
import { loadTexts, type TextPart } from "@web/lib/i18n";

const admin_texts: TextPart = {
  ru: async () => (await import("@web/locales/admin/ru.json")).default,
  en: async () => (await import("@web/locales/admin/en.json")).default,
};

/** A page together with the texts of administration, which the first load does not carry. */
export async function withTexts(page: Promise<ComponentType>): Promise<ComponentType> {
  const [loaded] = await Promise.all([page, loadTexts(admin_texts)]);
  return loaded;
}
