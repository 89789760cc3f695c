import { kMultiTextOperators } from "@web/fields/shared/filter-kinds";
import { TextFilter } from "@web/fields/shared/text-filter";
import type { FilterProps } from "@web/fields/types";

export const operators = kMultiTextOperators;

export function Filter(props: FilterProps) {
  return <TextFilter {...props} />;
}
