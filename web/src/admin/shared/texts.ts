import { queryOptions, useQuery } from "@tanstack/react-query";
import { reread, type Labels } from "@web/admin/shared/metadata-calls";
import { api } from "@web/lib/api";
import { currentLanguage, type Language } from "@web/lib/i18n";
import { query_client } from "@web/lib/query-client";

/** A text in both languages; empty: none. */
export type Words = Record<Language, string>;
/** Null takes the own text away. */
export type WordsPatch = Partial<Record<Language, string | null>>;

/** What is shown of an entity, in every language (GET …/texts). */
export interface EntityTexts {
  entity?: { one: Labels; many: Labels };
  fields?: Record<string, Labels>;
  help?: Record<string, Labels>;
  options?: Record<string, Record<string, Labels>>;
  views?: Record<string, Labels>;
  groups?: Record<string, Labels>;
}

export interface TextsPatch {
  entity?: { one?: WordsPatch; many?: WordsPatch };
  fields?: Record<string, WordsPatch>;
  help?: Record<string, WordsPatch>;
  options?: Record<string, Record<string, WordsPatch>>;
  groups?: Record<string, WordsPatch>;
}

const kLanguages: Language[] = ["ru", "en"];

export function toWords(labels: Labels | undefined): Words {
  return { ru: labels?.ru ?? "", en: labels?.en ?? "" };
}

/** The languages in which `after` differs; undefined when in none. */
export function changedWords(before: Words, after: Words): WordsPatch | undefined {
  const changed = kLanguages.filter((language) => before[language] !== after[language].trim());
  return changed.length === 0 ? undefined : Object.fromEntries(changed.map((language) => [language, after[language].trim() || null]));
}

/** Only the languages that say something. */
export function filledWords(words: Words): Labels {
  return Object.fromEntries(kLanguages.filter((language) => words[language].trim() !== "").map((language) => [language, words[language].trim()]));
}

export function otherLanguage(): Language {
  return currentLanguage() === "ru" ? "en" : "ru";
}

const textsQuery = (entity: string) => queryOptions({ queryKey: ["admin", "texts", entity], queryFn: async ({ signal }) => (await api.get<{ texts: EntityTexts }>(`/metadata/entities/${entity}/texts`, { signal })).texts, staleTime: 0 });

export function useTexts(entity: string) {
  return useQuery(textsQuery(entity));
}

export async function changeTexts(entity: string, patch: TextsPatch): Promise<void> {
  const { texts } = await reread(api.patch<{ texts: EntityTexts }>(`/metadata/entities/${entity}/texts`, patch));
  query_client.setQueryData(textsQuery(entity).queryKey, texts);
}
