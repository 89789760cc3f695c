import { DateControl } from "@web/fields/shared/date/date-control";
import type { InputProps } from "@web/fields/types";

export function Input(props: InputProps) {
  return <DateControl input={props} has_time={true} />;
}
