import { kNumberOperators } from "@web/fields/shared/filter-kinds";
import { Input } from "@web/fields/duration/input";
import type { FilterProps } from "@web/fields/types";
import { useMetadata } from "@web/lib/calls/metadata";
import type { Entity } from "@web/lib/metadata-types";

export const operators = kNumberOperators.filter((op) => op !== "between");

export function Filter({ field, value, onChange }: FilterProps) {
  const entity = useMetadata().entities[0] as Entity;
  return <Input entity={entity} field={field} value={value} onChange={onChange} auto_focus />;
}
