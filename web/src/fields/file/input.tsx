import { FileControl } from "@web/fields/shared/file-control";
import type { InputProps } from "@web/fields/types";

export function Input(props: InputProps) {
  return <FileControl input={props} />;
}
