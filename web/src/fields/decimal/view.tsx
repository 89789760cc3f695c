import { formatDecimal } from "@web/lib/format/number";
import type { ViewProps } from "@web/fields/types";

/** Prices and quantities keep more digits than are read: zeros at the end are left out. */
export function View({ value }: ViewProps) {
  const text = String(value);
  return <span className="numbers">{formatDecimal(text.includes(".") ? text.replace(/\.?0+$/, "") : text)}</span>;
}
