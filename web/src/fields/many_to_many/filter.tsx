import { kSetOperators } from "@web/fields/shared/filter-kinds";
import { LinkFilter } from "@web/fields/shared/link/link-filter";
import type { FilterProps } from "@web/fields/types";

export const operators = kSetOperators;

export function Filter(props: FilterProps) {
  return <LinkFilter {...props} />;
}
