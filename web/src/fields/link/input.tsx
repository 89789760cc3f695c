import { RecordPicker } from "@web/fields/shared/link/record-picker";
import { dependentFilter } from "@web/fields/shared/dependent-filter";
import type { InputProps } from "@web/fields/types";
import { targetOf, useMetadata } from "@web/lib/calls/metadata";
import { isLink } from "@web/lib/values";

export function Input(props: InputProps) {
  const { entity, field, value, onChange, onCommit, error, is_labelled, is_required, auto_focus, record } = props;
  const target = useMetadata().entity(targetOf(field));
  const dependent = dependentFilter(entity, field, record);
  return (
    <RecordPicker
      entities={target ? [target] : []} value={isLink(value) ? value : null} name={field.label} label={is_labelled ? field.label : undefined} error={error} is_required={is_required} auto_focus={auto_focus}
      filter={dependent.filter} sort={dependent.sort} onChange={(link) => { onChange(link); onCommit?.(link); }}
    />
  );
}
