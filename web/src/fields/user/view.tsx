import { Avatar } from "@web/kit/avatar";
import { isLink } from "@web/lib/values";
import type { ViewProps } from "@web/fields/types";

export function View({ value, is_dense }: ViewProps) {
  const name = isLink(value) ? value.title : String(value);
  return (
    <span style={{ display: "inline-flex", alignItems: "center", gap: 6, maxWidth: "100%", verticalAlign: "bottom" }}>
      <Avatar name={name} size={is_dense ? 20 : 24} /><span className="cut">{name}</span>
    </span>
  );
}
