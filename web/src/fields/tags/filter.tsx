import { TagsInput } from "@mantine/core";
import { kSetOperators } from "@web/fields/shared/filter-kinds";
import type { FilterProps } from "@web/fields/types";

export const operators = kSetOperators;

export function Filter({ field, value, onChange }: FilterProps) {
  return <TagsInput aria-label={field.label} value={Array.isArray(value) ? (value as string[]) : []} onChange={onChange} />;
}
