import { queryRecords } from "@web/lib/calls/query-records";
import { searchRecords } from "@web/lib/calls/search";
import type { Filter, SortKey } from "@web/lib/filter";
import { allOf } from "@web/lib/filter";
import type { Entity } from "@web/lib/metadata-types";
import type { Link } from "@web/lib/values";

export interface FoundLink extends Link {
  subtitle?: string | null;
}

export interface FindOptions {
  /** Only records that match; used where a list depends on another field. */
  filter?: Filter | null;
  sort?: SortKey[];
  limit?: number;
  signal?: AbortSignal;
}

async function byQuery(entity: Entity, filter: Filter | null, options: FindOptions): Promise<FoundLink[]> {
  const is_sortable = entity.fields.find((field) => field.key === entity.title)?.sortable === true;
  const sort = options.sort ?? (is_sortable ? [{ field: entity.title, desc: false }] : []);
  const page = await queryRecords(entity.plural, { filter, sort, limit: options.limit ?? 20, fields: [entity.title] }, options.signal);
  return page.items.map((item) => ({ id: item.id, title: String(item[entity.title] ?? `#${item.id}`), entity: entity.key }));
}

/** Candidates for a link: never a table, always the server's first few for what was typed. */
export async function findLinks(entity: Entity, text: string, options: FindOptions = {}): Promise<FoundLink[]> {
  const typed = text.trim();
  if (!typed) return byQuery(entity, options.filter ?? null, options);
  if (!options.filter) {
    const groups = await searchRecords(typed, [entity.key], options.limit ?? 20, options.signal);
    const found = groups.find((group) => group.entity === entity.key)?.items ?? [];
    if (found.length > 0) return found.map((item) => ({ id: item.id, title: item.title, subtitle: item.matched?.[0]?.text ?? item.subtitle ?? null, entity: entity.key }));
  }
  const is_filterable = entity.fields.find((field) => field.key === entity.title)?.filterable === true;
  if (!is_filterable) return [];
  return byQuery(entity, allOf(options.filter, { field: entity.title, op: "contains", value: typed }), options);
}
