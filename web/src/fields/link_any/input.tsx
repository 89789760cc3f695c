import { RecordPicker } from "@web/fields/shared/link/record-picker";
import type { InputProps } from "@web/fields/types";
import { useMetadata } from "@web/lib/calls/metadata";
import { isLink } from "@web/lib/values";

export function Input({ field, value, onChange, onCommit, error, is_labelled, is_required, auto_focus }: InputProps) {
  const metadata = useMetadata();
  const targets = (field.to ?? []).map((key) => metadata.entity(key)).filter((entity) => entity !== undefined);
  return (
    <RecordPicker
      entities={targets} value={isLink(value) ? value : null} name={field.label} label={is_labelled ? field.label : undefined} error={error} is_required={is_required} auto_focus={auto_focus}
      onChange={(link) => { onChange(link); onCommit?.(link); }}
    />
  );
}
