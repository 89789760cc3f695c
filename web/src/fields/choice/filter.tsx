import { kChoiceOperators } from "@web/fields/shared/filter-kinds";
import { OptionFilter } from "@web/fields/shared/option-filter";
import type { FilterProps } from "@web/fields/types";

export const operators = kChoiceOperators;

export function Filter(props: FilterProps) {
  return <OptionFilter {...props} />;
}
