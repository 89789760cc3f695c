import classes from "@web/kit/avatar.module.css";

/** Two letters for a name: of the first two words that start with a letter, or of the only one; quotes and legal forms are passed over. */
export function initialsOf(name: string): string {
  const words = name.replace(/[«»"'()]/g, " ").split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  const telling = words.filter((word) => !/^(ООО|АО|ПАО|ЗАО|ОАО|ИП|LLC|Ltd|Inc)\.?$/i.test(word));
  const used = telling.length > 0 ? telling : words;
  const first = used[0]?.[0] ?? name.trim()[0] ?? "?";
  const second = used.length > 1 ? (used[1]?.[0] ?? "") : (used[0]?.[1] ?? "");
  return used.length > 1 ? (first + second).toUpperCase() : first.toUpperCase() + second.toLowerCase();
}

export function hueOf(name: string): number {
  let hash = 7;
  for (const letter of name) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 360_007;
  return hash % 12;
}

/** Initials stand in the style sheet: they are a picture, not text to be read or copied. */
export function Avatar({ name, size = 24, is_square = false }: { name: string; size?: number; is_square?: boolean }) {
  return (
    <span
      className={classes.avatar} data-initials={initialsOf(name)} data-hue={hueOf(name)} data-square={is_square || undefined} aria-hidden="true"
      style={{ width: size, height: size, fontSize: Math.round(size * 0.4) }}
    />
  );
}
