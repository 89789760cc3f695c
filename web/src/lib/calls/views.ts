import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "@web/lib/api";
import { queryRecords } from "@web/lib/calls/query-records";
import type { Filter, SortKey } from "@web/lib/filter";
import { query_client } from "@web/lib/query-client";
import type { AnyRecord, Link } from "@web/lib/values";

export interface NewView {
  entity: string;
  name: string;
  type: "list" | "board" | "calendar" | "map";
  filter: Filter | null;
  sort: SortKey[];
  columns: string[];
  /** What the rows are gathered by, and whatever else a kind of view needs. */
  settings: { group?: string | null } | null;
  shared: boolean;
}

/** A view a person saved: its own or shared with everybody. */
export interface SavedView extends NewView {
  id: number;
  version: number;
  owner: Link | null;
}

const kFields = ["version", "name", "entity", "type", "filter", "sort", "columns", "settings", "owner", "shared"];

/** The caller's own views of an entity and those others share. */
export function savedViewsQuery(entity_key: string, user_id: number) {
  return queryOptions({
    queryKey: ["views", entity_key],
    queryFn: async ({ signal }) => {
      const filter: Filter = { and: [{ field: "entity", op: "eq", value: entity_key }, { or: [{ field: "owner", op: "eq", value: "me" }, { field: "shared", op: "eq", value: true }] }] };
      const page = await queryRecords("views", { filter, fields: kFields, limit: 200 }, signal, true);
      return (page.items as unknown as SavedView[]).filter((view) => view.shared || view.owner?.id === user_id);
    },
    staleTime: 5 * 60_000, retry: false,
  });
}

export function useSavedViews(entity_key: string, user_id: number) {
  return useQuery(savedViewsQuery(entity_key, user_id));
}

export async function saveView(view: NewView): Promise<AnyRecord> {
  const saved = await api.post<AnyRecord>("/views", view);
  await query_client.invalidateQueries({ queryKey: ["views", view.entity] });
  return saved;
}

export async function deleteView(view: SavedView): Promise<void> {
  await api.delete(`/views/${view.id}`);
  await query_client.invalidateQueries({ queryKey: ["views", view.entity] });
}

export async function restoreView(view: SavedView): Promise<void> {
  await api.post(`/views/${view.id}:restore`);
  await query_client.invalidateQueries({ queryKey: ["views", view.entity] });
}
