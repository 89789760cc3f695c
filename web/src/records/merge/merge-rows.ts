import type { MergePreview } from "@web/lib/calls/merge";
import type { Entity, Field } from "@web/lib/metadata-types";
import { isBlank } from "@web/lib/values";

/** A value without what tells one row of a list from an equal one. */
function image(value: unknown): string {
  if (isBlank(value)) return "";
  if (Array.isArray(value)) return JSON.stringify(value.map((item) => (typeof item === "object" && item !== null && "raw" in item ? { ...item, id: 0 } : item)));
  return JSON.stringify(value);
}

/** Fields worth a decision: those in which the records differ. */
export function rowsOf(entity: Entity, preview: MergePreview): Field[] {
  return entity.fields.filter((field) => {
    if (field.system || field.read_only || !(field.key in preview.from)) return false;
    return new Set(preview.records.map((record) => image(record[field.key]))).size > 1;
  });
}
