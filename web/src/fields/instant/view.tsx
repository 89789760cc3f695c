import { formatInstant, formatInstantFully } from "@web/lib/format/date";
import type { ViewProps } from "@web/fields/types";

export function View({ value }: ViewProps) {
  const instant = String(value);
  return <time dateTime={instant} title={formatInstantFully(instant)} style={{ whiteSpace: "nowrap" }}>{formatInstant(instant)}</time>;
}
