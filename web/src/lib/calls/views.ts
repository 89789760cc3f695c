import { useQuery } from "@tanstack/react-query";
import { api } from "@web/lib/api";
import type { Filter, SortKey } from "@web/lib/filter";
import { query_client } from "@web/lib/query-client";

/** A view a person saved: its own or shared with everybody. */
export interface SavedView {
  id: number;
  entity: string;
  name: string;
  type: "list" | "board" | "calendar";
  filter: Filter | null;
  sort: (string | SortKey)[];
  columns: string[];
  group?: string | null;
  shared: boolean;
  is_mine?: boolean;
  version?: number;
}

export type NewView = Omit<SavedView, "id" | "is_mine" | "version">;

export function useSavedViews(entity_key: string) {
  return useQuery({
    queryKey: ["views", entity_key],
    queryFn: async ({ signal }) => (await api.get<{ items: SavedView[] }>("/views", { query: { entity: entity_key }, signal, retries: 0, is_together: true })).items.filter((view) => view.entity === entity_key),
    staleTime: 5 * 60_000, retry: false,
  });
}

export async function saveView(view: NewView): Promise<SavedView> {
  const saved = await api.post<SavedView>("/views", view);
  await query_client.invalidateQueries({ queryKey: ["views", view.entity] });
  return saved;
}

export async function changeView(view: SavedView, changes: Partial<NewView>): Promise<void> {
  await api.patch(`/views/${view.id}`, { ...changes, version: view.version });
  await query_client.invalidateQueries({ queryKey: ["views", view.entity] });
}

export async function deleteView(view: SavedView): Promise<void> {
  await api.delete(`/views/${view.id}`);
  await query_client.invalidateQueries({ queryKey: ["views", view.entity] });
}
