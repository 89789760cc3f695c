import { FieldInput } from "@web/fields/field-input";
import type { Entity, Field } from "@web/lib/metadata-types";
import type { FieldRules } from "@web/records/form/use-field-rules";

interface FormFieldsProps {
  entity: Entity;
  fields: Field[];
  values: Record<string, unknown>;
  errors: Record<string, string>;
  rules: FieldRules;
  onChange: (key: string, value: unknown) => void;
  /** The field the form opens on; the first by default. */
  focus?: string | undefined;
}

/** Labelled controls under each other, the server's errors at their fields. */
export function FormFields({ entity, fields, values, errors, rules, onChange, focus }: FormFieldsProps) {
  const shown = fields.filter((field) => rules.isVisible(field.key) || errors[field.key]);
  const focused = focus ?? shown[0]?.key;
  return (
    <div style={{ display: "grid", gap: 12 }}>
      {shown.map((field) => (
        <FieldInput
          key={field.key} entity={entity} field={field} value={values[field.key] ?? null} record={values} error={errors[field.key]} is_labelled
          is_required={rules.isRequired(field.key)} auto_focus={field.key === focused} onChange={(value) => onChange(field.key, value)}
        />
      ))}
    </div>
  );
}
