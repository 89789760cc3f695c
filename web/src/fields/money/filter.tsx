import { kNumberOperators } from "@web/fields/shared/filter-kinds";
import { NumberFilter } from "@web/fields/shared/number-filter";
import type { FilterProps } from "@web/fields/types";

export const operators = kNumberOperators;

export function Filter(props: FilterProps) {
  return <NumberFilter {...props} />;
}
