import { movedTo, type Edge } from "@web/admin/shared/sortable";
import { changedWords, toWords, type EntityTexts, type TextsPatch, type Words, type WordsPatch } from "@web/admin/shared/texts";
import type { CardDefinition, Entity, ViewDefinition } from "@web/lib/metadata-types";

/** Groups of field keys with the name of each; the last list is what the short form asks. */
export interface Layout {
  groups: string[][];
  names: Words[];
  create: string[];
}

export function layoutOf(entity: Entity, texts?: EntityTexts): Layout {
  const groups = (entity.card?.facts ?? []).map((group) => [...group]);
  return { groups, names: groups.map((_, at) => toWords(texts?.groups?.[at])), create: [...(entity.card?.create ?? [])] };
}

/** Without the groups that hold nothing. */
export function withoutEmpty(layout: Layout): Layout {
  const is_kept = (_: unknown, at: number) => (layout.groups[at]?.length ?? 0) > 0;
  return { ...layout, groups: layout.groups.filter(is_kept), names: layout.names.filter(is_kept) };
}

/** Names that change, by number of the group; those of groups that go are taken away before their groups are. */
export function groupTexts(before: Layout, after: Layout): { first: TextsPatch | null; then: TextsPatch | null } {
  const first: Record<string, WordsPatch> = {}, then: Record<string, WordsPatch> = {};
  const kNone: Words = { ru: "", en: "" };
  for (let at = 0; at < Math.max(before.names.length, after.names.length); at += 1) {
    const changed = changedWords(before.names[at] ?? kNone, after.names[at] ?? kNone);
    if (changed) (at < after.names.length ? then : first)[at] = changed;
  }
  const patch = (groups: Record<string, WordsPatch>) => (Object.keys(groups).length > 0 ? { groups } : null);
  return { first: patch(first), then: patch(then) };
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
  // The titles of groups and their layout are made by the server for reading.
  const { facts: _, create: __, groups: ___, layout: ____, ...rest } = (entity.card ?? {}) as CardDefinition & { layout?: unknown };
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
