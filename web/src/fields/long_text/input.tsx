import { Textarea } from "@mantine/core";
import { controlProps } from "@web/fields/shared/control";
import type { InputProps } from "@web/fields/types";

export function Input(props: InputProps) {
  const { value, onChange, onCommit } = props;
  return (
    <Textarea
      {...controlProps(props)} value={value === null || value === undefined ? "" : String(value)} rows={4}
      onChange={(event) => onChange(event.currentTarget.value || null)}
      onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) onCommit?.(event.currentTarget.value || null); }}
    />
  );
}
