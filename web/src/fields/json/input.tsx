import { ReadOnlyControl } from "@web/fields/shared/read-only-control";
import type { InputProps } from "@web/fields/types";

/** Edited by special screens only. */
export function Input(props: InputProps) {
  return <ReadOnlyControl input={props} />;
}
