import { api } from "@web/lib/api";
import type { Language } from "@web/lib/i18n";

/** Keeps the language with the user and starts the page anew in it. */
export async function saveLanguage(language: Language): Promise<void> {
  localStorage.setItem("matvey.language", language);
  await api.patch("/me", { language });
  location.reload();
}
