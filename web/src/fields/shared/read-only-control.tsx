import { FieldView } from "@web/fields/field-view";
import type { InputProps } from "@web/fields/types";

export function ReadOnlyControl({ input }: { input: InputProps }) {
  const { field, value, is_labelled } = input;
  return (
    <div>
      {is_labelled && <div className="muted" style={{ fontSize: 13 }}>{field.label}</div>}
      <FieldView field={field} value={value} />
    </div>
  );
}
