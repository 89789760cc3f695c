import type { Filter, SortKey } from "@web/lib/filter";
import type { Entity, Field } from "@web/lib/metadata-types";
import { isLink } from "@web/lib/values";

/** Stages are offered in their order and only those of the record's pipeline; other links depend on nothing. */
export function dependentFilter(entity: Entity, field: Field, record: Record<string, unknown> | undefined): { filter: Filter | null; sort?: SortKey[] } {
  const stages = entity.stages;
  if (!stages || stages.field !== field.key) return { filter: null };
  const pipeline = stages.pipeline ? record?.[stages.pipeline] : null;
  const id = isLink(pipeline) ? pipeline.id : typeof pipeline === "number" ? pipeline : null;
  return { filter: stages.pipeline && id !== null ? { field: stages.pipeline, op: "eq", value: id } : null, sort: [{ field: "position", desc: false }] };
}
