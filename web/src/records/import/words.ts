import type { Field, Option } from "@web/lib/metadata-types";

function folded(text: string): string {
  return text.trim().replace(/\s+/g, " ").toLowerCase().replaceAll("ё", "е");
}

/** The option a word names by itself: its label or its key. */
export function optionOf(field: Field, word: string): Option | undefined {
  const wanted = folded(word);
  return field.options?.find((option) => folded(option.label) === wanted || folded(option.key) === wanted);
}

/** The different words of a column, the most frequent first. Several in one cell are parted. */
export function distinctWords(field: Field, cells: string[]): string[] {
  const counts = new Map<string, { text: string; count: number }>();
  for (const cell of cells) {
    const parts = field.type === "multi_choice" ? cell.split(/[;,\n]/) : [cell];
    for (const part of parts.map((one) => one.trim()).filter(Boolean)) {
      const known = counts.get(folded(part));
      if (known) known.count += 1;
      else counts.set(folded(part), { text: part, count: 1 });
    }
  }
  return [...counts.values()].sort((a, b) => b.count - a.count).map((one) => one.text);
}

/** Words that name no option and that nobody has said anything about. */
export function unknownWords(field: Field | undefined, cells: string[], values: Record<string, string>): string[] {
  if (!field) return [];
  const said = new Set(Object.keys(values).map(folded));
  return distinctWords(field, cells).filter((word) => !optionOf(field, word) && !said.has(folded(word)));
}
