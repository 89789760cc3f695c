import { formatDuration } from "@web/lib/format/date";
import type { ViewProps } from "@web/fields/types";

export function View({ value }: ViewProps) {
  return <span className="numbers">{formatDuration(String(value))}</span>;
}
