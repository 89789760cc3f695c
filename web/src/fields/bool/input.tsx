import { Switch } from "@mantine/core";
import type { InputProps } from "@web/fields/types";

export function Input({ field, value, onChange, onCommit, error, is_labelled, auto_focus }: InputProps) {
  return (
    <Switch
      label={is_labelled ? field.label : undefined} aria-label={field.label} checked={value === true} error={error} autoFocus={auto_focus ?? false}
      onChange={(event) => { onChange(event.currentTarget.checked); onCommit?.(event.currentTarget.checked); }}
    />
  );
}
