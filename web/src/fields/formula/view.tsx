import type { ViewProps } from "@web/fields/types";

/** Drawn only when the type of the result is not known; otherwise the result's own type draws it. */
export function View({ value }: ViewProps) {
  return <span className="numbers">{typeof value === "object" ? JSON.stringify(value) : String(value)}</span>;
}
