import { TextInput } from "@mantine/core";
import type { FilterProps } from "@web/fields/types";

export function TextFilter({ field, value, onChange }: FilterProps) {
  return <TextInput aria-label={field.label} data-autofocus value={value === null || value === undefined ? "" : String(value)} onChange={(event) => onChange(event.currentTarget.value || null)} />;
}
