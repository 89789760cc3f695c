import { formatInteger } from "@web/lib/format/number";
import type { ViewProps } from "@web/fields/types";

export function View({ value }: ViewProps) {
  return <span className="numbers">{formatInteger(Number(value))}</span>;
}
