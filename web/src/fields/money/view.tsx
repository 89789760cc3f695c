import { formatMoney } from "@web/lib/format/number";
import { isMoney } from "@web/lib/values";
import type { ViewProps } from "@web/fields/types";

export function View({ value }: ViewProps) {
  return <span className="numbers" style={{ whiteSpace: "nowrap" }}>{isMoney(value) ? formatMoney(value) : String(value)}</span>;
}
