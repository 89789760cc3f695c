import { currentLanguage } from "@web/lib/i18n";

/** Endings of adjectives and feminine nouns; every other inanimate noun reads the same. */
const kAdjectives: [string, string][] = [["ая", "ую"], ["яя", "юю"]];
const kNouns: [string, string][] = [["а", "у"], ["я", "ю"]];

function ended(word: string, pairs: [string, string][]): string | null {
  const pair = pairs.find(([ending]) => word.length > ending.length + 1 && word.endsWith(ending));
  return pair ? word.slice(0, -pair[0].length) + pair[1] : null;
}

/** A name of a kind of record as an object of a verb: «Сделка» → «сделку», «Новая заявка» → «новую заявку». In English only lower case. */
export function accusative(name: string): string {
  const lower = name.toLowerCase();
  if (currentLanguage() !== "ru") return lower;
  const words = lower.split(" ");
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    const adjective = ended(word, kAdjectives);
    if (adjective) {
      words[at] = adjective;
      continue;
    }
    if (/(ый|ий|ой|ое|ее)$/.test(word) && at < words.length - 1) continue;
    words[at] = ended(word, kNouns) ?? word;
    break;
  }
  return words.join(" ");
}
