// The texts of the interface, for scripts that press what a person would press.
import { readFileSync } from "node:fs";

export function readTexts(language) {
  const texts = JSON.parse(readFileSync(new URL(`../src/locales/${language}.json`, import.meta.url), "utf8"));
  return (key) => texts[key] ?? key;
}
