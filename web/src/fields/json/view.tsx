import type { ViewProps } from "@web/fields/types";

/** Structured settings; special screens edit them. */
export function View({ value, is_dense }: ViewProps) {
  const text = JSON.stringify(value, null, is_dense ? 0 : 1);
  return is_dense ? <code>{text.slice(0, 120)}</code> : <pre style={{ margin: 0, fontSize: 12, whiteSpace: "pre-wrap" }}>{text}</pre>;
}
