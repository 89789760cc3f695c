import { RecordLink } from "@web/fields/shared/link/record-link";
import { isLink } from "@web/lib/values";
import type { ViewProps } from "@web/fields/types";

export function View({ value, is_dense }: ViewProps) {
  return isLink(value) ? <RecordLink link={value} entity_key={value.entity} is_dense={is_dense} /> : <span>{String(value)}</span>;
}
