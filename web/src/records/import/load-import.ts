import { loadTexts, type TextPart } from "@web/lib/i18n";

const import_texts: TextPart = {
  ru: async () => (await import("@web/locales/import/ru.json")).default,
  en: async () => (await import("@web/locales/import/en.json")).default,
};

/** A screen of imports and exports together with its texts, which the first load does not carry. */
export async function withImportTexts<T>(screen: Promise<T>): Promise<T> {
  const [loaded] = await Promise.all([screen, loadTexts(import_texts)]);
  return loaded;
}
