import { Checkbox } from "@mantine/core";
import type { FilterProps } from "@web/fields/types";

/** Any of the options, ticked in a short list. */
export function OptionFilter({ field, value, onChange }: FilterProps) {
  const chosen = Array.isArray(value) ? (value as string[]) : value === null || value === undefined ? [] : [String(value)];
  const toggle = (key: string) => onChange(chosen.includes(key) ? chosen.filter((one) => one !== key) : [...chosen, key]);
  return (
    <div role="group" aria-label={field.label} style={{ display: "grid", gap: 6, maxHeight: 280, overflow: "auto" }}>
      {(field.options ?? []).map((option) => <Checkbox key={option.key} size="xs" label={option.label} checked={chosen.includes(option.key)} onChange={() => toggle(option.key)} />)}
    </div>
  );
}
