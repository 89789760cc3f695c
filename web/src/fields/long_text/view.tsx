import type { ViewProps } from "@web/fields/types";

export function View({ value, is_dense }: ViewProps) {
  const text = String(value);
  if (is_dense) return <span title={text}>{text.slice(0, 200).replace(/\s+/g, " ")}</span>;
  return <span style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{text}</span>;
}
