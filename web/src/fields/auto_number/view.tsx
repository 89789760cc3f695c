import type { ViewProps } from "@web/fields/types";

export function View({ value }: ViewProps) {
  return <span className="numbers">{String(value)}</span>;
}
