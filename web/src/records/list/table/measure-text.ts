import type { MeasureValue } from "@web/lib/calls/aggregate";
import { formatDecimal, formatMoney } from "@web/lib/format/number";
import type { Field } from "@web/lib/metadata-types";
import { isMoney } from "@web/lib/values";

/** A sum as its field is written; sums of money come in the base currency. */
export function measureText(field: Field, value: MeasureValue | undefined, base_currency: string): string {
  if (value === null || value === undefined) return "";
  if (isMoney(value)) return formatMoney(value);
  if ((field.result ?? field.type) === "money") return formatMoney({ amount: String(value), currency: base_currency });
  return formatDecimal(String(value));
}
