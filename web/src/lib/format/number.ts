import { localeTag } from "@web/lib/i18n";

/** Thin space: groups of digits stay together and tight. */
const kThin = "\u202f";

const kCurrencySigns: Record<string, string> = { RUB: "₽", USD: "$", EUR: "€", KZT: "₸", CNY: "¥", BYN: "Br", GBP: "£" };

function decimalMark(): string {
  return localeTag().startsWith("ru") ? "," : ".";
}

/**
 * Groups the digits of decimal text without going through a float, so nothing is lost.
 * `scale` fixes the number of digits after the mark; without it they stay as written.
 */
export function formatDecimal(text: string | number | null | undefined, scale?: number | null): string {
  if (text === null || text === undefined || text === "") return "";
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(text));
  if (!match) return String(text);
  const [, sign, whole = "0", fraction = ""] = match;
  const grouped = whole.length > 4 || scale !== undefined ? whole.replace(/\B(?=(\d{3})+$)/g, kThin) : whole;
  const digits = scale === null || scale === undefined ? fraction : fraction.padEnd(scale, "0").slice(0, scale);
  return `${sign ? "−" : ""}${grouped}${digits ? decimalMark() + digits : ""}`;
}

export function formatInteger(value: number | null | undefined): string {
  return value === null || value === undefined ? "" : formatDecimal(String(Math.trunc(value)), 0);
}

export function currencySign(currency: string): string {
  return kCurrencySigns[currency] ?? currency;
}

/** Money for reading: whole amounts drop their zeros, «1 250 000 ₽», «1 250,50 ₽». */
export function formatMoney(money: { amount: string; currency: string } | null | undefined): string {
  if (!money) return "";
  const is_whole = /^-?\d+(\.0*)?$/.test(money.amount);
  const amount = formatDecimal(money.amount, is_whole ? 0 : 2);
  const sign = currencySign(money.currency);
  if (localeTag().startsWith("ru") || sign.length > 1 || sign === "₽") return `${amount}\u00a0${sign}`;
  return amount.startsWith("−") ? `−${sign}${amount.slice(1)}` : `${sign}${amount}`;
}

/** Sums in narrow places: «1,3 млн ₽». Rounded, so only where the exact sum is a hover away. */
export function formatCompactMoney(money: { amount: string; currency: string }): string {
  const value = Number(money.amount);
  if (Math.abs(value) < 100_000) return formatMoney({ ...money, amount: String(Math.round(value)) });
  const text = new Intl.NumberFormat(localeTag(), { notation: "compact", maximumSignificantDigits: 3 }).format(value);
  return `${text}\u00a0${currencySign(money.currency)}`;
}

/** What a person typed, as decimal text of the API; null when it is not a number. */
export function parseDecimal(typed: string): string | null {
  const clean = typed.replace(/[\s\u00a0\u202f]/g, "").replace(",", ".").replace("−", "-");
  if (!/^-?\d*(\.\d*)?$/.test(clean) || !/\d/.test(clean)) return null;
  const sign = clean.startsWith("-") ? "-" : "";
  const [whole = "", fraction = ""] = clean.replace("-", "").split(".");
  const trimmed = whole.replace(/^0+(?=\d)/, "") || "0";
  return `${sign}${trimmed}${fraction ? `.${fraction}` : ""}`;
}

export function formatFileSize(bytes: number): string {
  const units = localeTag().startsWith("ru") ? ["Б", "КБ", "МБ", "ГБ"] : ["B", "KB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${new Intl.NumberFormat(localeTag(), { maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0 }).format(value)}\u00a0${units[unit]}`;
}
