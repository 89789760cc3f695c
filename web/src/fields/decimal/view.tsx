import { formatDecimal } from "@web/lib/format/number";
import type { ViewProps } from "@web/fields/types";

export function View({ field, value }: ViewProps) {
  return <span className="numbers">{formatDecimal(value as string, field.scale)}</span>;
}
