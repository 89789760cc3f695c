import type { Entity } from "@web/lib/metadata-types";
import type { AnyRecord } from "@web/lib/values";

/** What a record is called: the text of its title field, the label where that is a choice; its number where there is none. */
export function titleOf(entity: Entity, record: AnyRecord): string {
  const value = record[entity.title];
  const option = entity.fields.find((field) => field.key === entity.title)?.options?.find((one) => one.key === value);
  return option?.label ?? String(value ?? `№ ${record.id}`).replace(/<[^>]+>/g, " ").trim();
}
