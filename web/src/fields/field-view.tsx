import { drawnType, viewOf } from "@web/fields/registry";
import type { Field } from "@web/lib/metadata-types";
import { isBlank, type AnyRecord } from "@web/lib/values";

interface FieldViewProps {
  field: Field;
  value: unknown;
  record?: AnyRecord | undefined;
  is_dense?: boolean;
}

/** Any value of any field, by its type; a dash for nothing outside of cells. */
export function FieldView({ field, value, record, is_dense = false }: FieldViewProps) {
  if (isBlank(value)) return is_dense ? null : <span className="muted">—</span>;
  const View = viewOf(drawnType(field));
  return <View field={field} value={value} record={record} is_dense={is_dense} />;
}
