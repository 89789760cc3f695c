import { formatDate, formatDateFully } from "@web/lib/format/date";
import type { ViewProps } from "@web/fields/types";

export function View({ value }: ViewProps) {
  const date = String(value);
  return <time dateTime={date} title={formatDateFully(date)} style={{ whiteSpace: "nowrap" }}>{formatDate(date)}</time>;
}
