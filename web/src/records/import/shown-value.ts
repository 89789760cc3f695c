import { formatDate } from "@web/lib/format/date";
import type { Field } from "@web/lib/metadata-types";

const kWords = ["raw", "value", "text", "title", "name", "amount"];

function itemText(field: Field | undefined, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "object") {
    const item = value as Record<string, unknown>;
    const shown = item.e164 ?? kWords.map((word) => item[word]).find((one) => typeof one === "string" && one !== "");
    return typeof shown === "string" ? shown : Object.values(item).filter((one) => typeof one === "string").join(", ");
  }
  const option = field?.options?.find((one) => one.key === value);
  if (option) return option.label;
  return field?.type === "date" && typeof value === "string" ? formatDate(value) : String(value);
}

/** A value as a row of a table would be written, before it is a record. */
export function shownValue(field: Field | undefined, value: unknown): string {
  return Array.isArray(value) ? value.map((item) => itemText(field, item)).filter(Boolean).join(", ") : itemText(field, value);
}
