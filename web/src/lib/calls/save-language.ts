import { api } from "@web/lib/api";
import type { AnyRecord } from "@web/lib/values";
import type { Language } from "@web/lib/i18n";

/** Keeps the language with the user and starts the page anew in it. */
export async function saveLanguage(user_id: number, language: Language): Promise<void> {
  localStorage.setItem("matvey.language", language);
  const user = await api.get<AnyRecord>(`/users/${user_id}`);
  await api.patch(`/users/${user_id}`, { language, version: user.version });
  location.reload();
}
