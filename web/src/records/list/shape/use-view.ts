import { useMemo } from "react";
import { useMe } from "@web/lib/calls/me";
import { useSavedViews, type SavedView } from "@web/lib/calls/views";
import { sortFromText, toSortKeys, type Filter, type SortKey } from "@web/lib/filter";
import type { Entity, ViewDefinition } from "@web/lib/metadata-types";
import type { ListSearch } from "@web/records/list/list-state";

export interface ListView {
  key: string;
  label: string;
  definition: ViewDefinition;
  saved: SavedView | null;
}

export interface CurrentView {
  views: ListView[];
  current: ListView | null;
  /** The whole filter: the address overrides the view's own. `{and: []}` in the address means «nothing». */
  filter: Filter | null;
  sort: SortKey[];
  group: string | null;
  /** The address differs from the view. */
  is_changed: boolean;
}

const kNone: SavedView[] = [];

function normal(filter: Filter | null | undefined): Filter | null {
  return !filter || ("and" in filter && filter.and.length === 0) ? null : filter;
}

/** The views of an entity, shipped and saved, and what the address makes of the chosen one. */
export function currentView(entity: Entity, saved: SavedView[], search: ListSearch): CurrentView {
  const shipped = (entity.views ?? []).map((definition): ListView => ({ key: definition.key, label: definition.label ?? definition.key, definition, saved: null }));
  const own = saved.map((view): ListView => ({
    key: `v${view.id}`, label: view.name, saved: view,
    definition: { key: `v${view.id}`, type: view.type ?? "list", filter: view.filter, sort: view.sort ?? [], columns: view.columns ?? [], group: view.settings?.group ?? null },
  }));
  const views = [...shipped, ...own];
  const wanted = search.view ? views.find((view) => view.key === search.view) : undefined;
  const current = wanted ?? (search.view ? null : (views.find((view) => view.definition.type === "list" && !view.definition.filter) ?? views[0] ?? null));
  const filter = search.filter === undefined ? normal(current?.definition.filter) : normal(search.filter);
  const sort = search.sort === undefined ? toSortKeys(current?.definition.sort) : sortFromText(search.sort);
  const group = search.group ?? current?.definition.group ?? null;
  return { views, current, filter, sort, group: group || null, is_changed: search.as !== undefined || search.filter !== undefined || search.sort !== undefined || search.group !== undefined || Boolean(search.q) };
}

export function useView(entity: Entity, search: ListSearch): CurrentView {
  const me = useMe();
  const { data: saved = kNone } = useSavedViews(entity.key, me.user.id);
  const { view, filter, sort, group, q, as } = search;
  return useMemo(() => currentView(entity, saved, { view, filter, sort, group, q, as }), [entity, saved, view, filter, sort, group, q, as]);
}
