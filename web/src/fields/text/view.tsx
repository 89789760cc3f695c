import type { ViewProps } from "@web/fields/types";

export function View({ value, is_dense }: ViewProps) {
  const text = String(value);
  return is_dense ? <span title={text.length > 30 ? text : undefined}>{text}</span> : <span style={{ overflowWrap: "anywhere" }}>{text}</span>;
}
