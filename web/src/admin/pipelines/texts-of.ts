/** Tags as texts, whether they come as plain texts or as objects with one. */
export function textsOf(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.map((one) => (typeof one === "object" && one !== null ? String((one as Record<string, unknown>).text ?? (one as Record<string, unknown>).value ?? (one as Record<string, unknown>).title ?? "") : String(one))).filter(Boolean);
}
