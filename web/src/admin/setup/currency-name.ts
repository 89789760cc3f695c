import { localeTag } from "@web/lib/i18n";

/** «российский рубль (RUB)» */
export function currencyName(code: string): string {
  try {
    return `${new Intl.DisplayNames(localeTag(), { type: "currency" }).of(code) ?? code} (${code})`;
  } catch {
    return code;
  }
}
