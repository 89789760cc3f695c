import { NumberControl } from "@web/fields/shared/number-control";
import type { InputProps } from "@web/fields/types";

export function Input(props: InputProps) {
  return <NumberControl input={props} right="%" />;
}
