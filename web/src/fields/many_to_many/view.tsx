import { RecordLink } from "@web/fields/shared/link/record-link";
import { isLink } from "@web/lib/values";
import type { ViewProps } from "@web/fields/types";

export function View({ field, value, is_dense }: ViewProps) {
  const links = (Array.isArray(value) ? value : [value]).filter(isLink);
  return (
    <span>
      {links.map((link, index) => (
        <span key={link.id}>{index > 0 && ", "}<RecordLink link={link} entity_key={field.to?.[0]} is_dense={is_dense} /></span>
      ))}
    </span>
  );
}
