import { ReadOnlyControl } from "@web/fields/shared/read-only-control";
import type { InputProps } from "@web/fields/types";

/** Given by the program, never typed. */
export function Input(props: InputProps) {
  return <ReadOnlyControl input={props} />;
}
