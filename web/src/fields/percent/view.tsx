import { formatDecimal } from "@web/lib/format/number";
import type { ViewProps } from "@web/fields/types";

export function View({ value }: ViewProps) {
  const text = String(value).replace(/\.?0+$/, (end) => (end.includes(".") ? "" : end));
  return <span className="numbers">{formatDecimal(text)}{"\u00a0%"}</span>;
}
