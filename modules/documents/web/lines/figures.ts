/** Decimal text without the zeros that only fill its scale: prices are kept with four digits, quantities with six. */
export function trimmed(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** Equal as numbers: «2» and «2.000000». */
export function isSameFigure(a: string | null, b: string | null): boolean {
  return (a === null ? null : trimmed(a)) === (b === null ? null : trimmed(b));
}
