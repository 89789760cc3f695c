import type admin_ru from "@web/locales/admin/ru.json";
import type import_ru from "@web/locales/import/ru.json";
import type insight_ru from "@web/locales/insight/ru.json";
import type ru from "@web/locales/ru.json";

export type Language = "ru" | "en";
type OwnKey = keyof typeof ru | keyof typeof admin_ru | keyof typeof import_ru | keyof typeof insight_ru;
/** A key of src/locales, or a key `web.…` of a module's locales. */
export type TextKey = OwnKey | `web.${string}`;
/** Keys that come in plural forms: `x.one`, `x.few`, `x.many`, `x.other`. */
export type PluralKey = (OwnKey extends infer K ? (K extends `${infer P}.other` ? P : never) : never) | `web.${string}`;
export type Params = Record<string, string | number>;

let texts: Record<string, string> = {};
let language: Language = "ru";
let time_zone: string | undefined;
let plurals = new Intl.PluralRules("ru");

// Our own texts and those of the modules, put together by scripts/generate.mjs.
const loaders: Record<Language, () => Promise<Record<string, string>>> = {
  ru: async () => (await import("@generated/locale.ru.json")).default,
  en: async () => (await import("@generated/locale.en.json")).default,
};

const kLanguageHint = "matvey.language";

/** The language before /me is known: the last one used on this device, else the browser's. */
export function guessLanguage(): Language {
  const hint = localStorage.getItem(kLanguageHint);
  if (hint === "ru" || hint === "en") return hint;
  return navigator.language.startsWith("en") ? "en" : "ru";
}

/** Texts of screens that come later, by language. */
export type TextPart = Record<Language, () => Promise<Record<string, string>>>;
const parts = new Set<TextPart>();

/** Adds the texts of a part of the application before its first screen is drawn. */
export async function loadTexts(part: TextPart): Promise<void> {
  if (parts.has(part)) return;
  const more = await part[language]();
  parts.add(part);
  texts = { ...texts, ...more };
}

export function hasText(key: string): key is TextKey {
  return key in texts;
}

export async function loadLanguage(next: Language): Promise<void> {
  const all = await Promise.all([loaders[next](), ...[...parts].map((part) => part[next]())]);
  useTexts(next, Object.assign({}, ...all) as Record<string, string>);
  localStorage.setItem(kLanguageHint, next);
}

/** Sets the texts directly; tests use it. */
export function useTexts(next: Language, all: Record<string, string>): void {
  texts = all;
  language = next;
  plurals = new Intl.PluralRules(next);
  document.documentElement.lang = next;
}

export function currentLanguage(): Language {
  return language;
}

/** Tag for Intl: numbers and dates follow it. */
export function localeTag(): string {
  return language === "ru" ? "ru-RU" : "en-GB";
}

export function setTimeZone(name: string | null | undefined): void {
  try {
    if (name) new Intl.DateTimeFormat("en", { timeZone: name });
    time_zone = name ?? undefined;
  } catch {
    time_zone = undefined;
  }
}

export function timeZone(): string | undefined {
  return time_zone;
}

function fill(text: string, params: Params | undefined): string {
  if (!params) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole));
}

export function t(key: TextKey, params?: Params): string {
  return fill(texts[key] ?? key, params);
}

/** The plural form for `count`, which is also the parameter {count}. */
export function tn(key: PluralKey, count: number, params?: Params): string {
  const form = plurals.select(count);
  const text = texts[`${key}.${form}`] ?? texts[`${key}.other`] ?? key;
  return fill(text, { count: new Intl.NumberFormat(localeTag()).format(count), ...params });
}
