import { queryRecords } from "@web/lib/calls/query-records";
import type { Entity } from "@web/lib/metadata-types";

/** Titles of a few records by their ids. */
export async function readTitles(entity: Entity, ids: number[]): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map();
  const page = await queryRecords(entity.plural, { filter: { field: "id", op: "in", value: ids }, fields: [entity.title], limit: Math.min(1000, ids.length) });
  return new Map(page.items.map((item) => [item.id, String(item[entity.title] ?? `#${item.id}`)]));
}
