import { localeTag } from "@web/lib/i18n";

// Asked for most often; the rest follow by name.
const kFirst = ["RUB", "KZT", "BYN", "UZS", "KGS", "AMD", "AZN", "GEL", "USD", "EUR", "CNY"];

/** «Российский рубль (RUB)» */
export function currencyName(code: string): string {
  try {
    const name = new Intl.DisplayNames(localeTag(), { type: "currency" }).of(code) ?? code;
    return `${name.charAt(0).toUpperCase()}${name.slice(1)} (${code})`;
  } catch {
    return code;
  }
}

export function currencyChoices(kept: string): { value: string; label: string }[] {
  const known = Intl.supportedValuesOf("currency").filter((code) => !kFirst.includes(code));
  const rest = known.map((code) => ({ value: code, label: currencyName(code) })).filter((one) => !one.label.startsWith(one.value)).sort((a, b) => a.label.localeCompare(b.label));
  const first = kFirst.map((code) => ({ value: code, label: currencyName(code) }));
  const all = [...first, ...rest];
  return all.some((one) => one.value === kept) ? all : [{ value: kept, label: currencyName(kept) }, ...all];
}
