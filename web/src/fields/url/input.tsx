import { MultiControl } from "@web/fields/shared/multi/multi-control";
import { TextControl } from "@web/fields/shared/text-control";
import { toItems } from "@web/fields/shared/multi/multi-items";
import type { InputProps } from "@web/fields/types";

const format = (value: unknown) => (value === null || value === undefined ? "" : String(value));
const parse = (text: string) => text;

export function Input(props: InputProps) {
  if (!props.field.multiple) return <TextControl input={props} format={format} parse={parse} input_mode="url" placeholder="example.ru" />;
  return <MultiControl input={props} items={toItems(props.value)} onItems={props.onChange} input_mode="url" placeholder="example.ru" />;
}
