import { movedTo, type Edge } from "@web/admin/shared/sortable";
import type { CardDefinition, Entity, ViewDefinition } from "@web/lib/metadata-types";

/** Groups of field keys; the last list is what the short form asks. */
export interface Layout {
  groups: string[][];
  create: string[];
}

export function layoutOf(entity: Entity): Layout {
  return { groups: (entity.card?.facts ?? []).map((group) => [...group]), create: [...(entity.card?.create ?? [])] };
}

/** Puts a field before or behind another, or at the end of a group when `onto` is null. */
export function placed(groups: string[][], field: string, group: number, onto: string | null, edge: Edge): string[][] {
  const without = groups.map((keys, at) => (at === group && onto !== null && keys.includes(field) ? keys : keys.filter((key) => key !== field)));
  return without.map((keys, at) => {
    if (at !== group) return keys;
    const with_field = keys.includes(field) ? keys : [...keys, field];
    return onto === null ? with_field : movedTo(with_field, (key) => key, field, onto, edge);
  });
}

/** The card as the server takes it: no empty groups, what this editor does not know stays. */
export function cardBody(entity: Entity, layout: Layout): CardDefinition {
  const { facts: _, create: __, groups: ___, ...rest } = entity.card ?? {};
  const facts = layout.groups.filter((group) => group.length > 0);
  return { ...rest, facts, ...(layout.create.length > 0 ? { create: layout.create } : {}) };
}

/** Views without the label the server adds when it answers. */
export function viewsBody(views: ViewDefinition[]): Omit<ViewDefinition, "label">[] {
  return views.map(({ label: _, ...view }) => {
    const { columns, sort, ...rest } = view;
    return { ...rest, ...(columns?.length ? { columns } : {}), ...(sort?.length ? { sort } : {}) };
  });
}
