import { MultiControl } from "@web/fields/shared/multi/multi-control";
import { toItems } from "@web/fields/shared/multi/multi-items";
import type { InputProps } from "@web/fields/types";

export function Input(props: InputProps) {
  return <MultiControl input={props} items={toItems(props.value)} onItems={props.onChange} input_mode="tel" placeholder="+7 900 000-00-00" />;
}
