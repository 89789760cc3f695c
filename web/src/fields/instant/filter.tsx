import { kDateOperators } from "@web/fields/shared/filter-kinds";
import { DateFilter } from "@web/fields/shared/date/date-filter";
import type { FilterProps } from "@web/fields/types";

export const operators = kDateOperators;

export function Filter(props: FilterProps) {
  return <DateFilter {...props} />;
}
