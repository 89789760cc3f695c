import { TextControl } from "@web/fields/shared/text-control";
import type { InputProps } from "@web/fields/types";

const format = (value: unknown) => (value === null || value === undefined ? "" : String(value));
const parse = (text: string) => text;

export function Input(props: InputProps) {
  const is_digits = Boolean(props.field.format);
  return <TextControl input={props} format={format} parse={parse} input_mode={is_digits ? "numeric" : "text"} />;
}
