import type { InputProps } from "@web/fields/types";

/** What every control of the library takes from the props of an input: name, label, error, help. */
export function controlProps(props: InputProps) {
  const { field, error, is_labelled, is_required, auto_focus } = props;
  return {
    "aria-label": is_labelled ? undefined : field.label,
    label: is_labelled ? field.label : undefined,
    description: is_labelled && field.help ? field.help : undefined,
    withAsterisk: is_required ?? false,
    "aria-required": is_required || undefined,
    error: error ?? null,
    autoFocus: auto_focus ?? false,
    "data-autofocus": auto_focus || undefined,
    name: field.key,
  };
}
