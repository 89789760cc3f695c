import { useInfiniteQuery } from "@tanstack/react-query";
import { api } from "@web/lib/api";
import type { FieldChange } from "@web/lib/calls/timeline";
import type { Link } from "@web/lib/values";

export interface HistoryItem {
  seq: number;
  at: string;
  user?: Link | null;
  action: string;
  version?: number;
  via?: string | null;
  changes?: FieldChange[] | Record<string, [unknown, unknown]>;
  can_undo?: boolean;
}

interface HistoryPage {
  items: HistoryItem[];
  next: string | null;
}

/** The changes of an entry as a list, whichever way they are written. */
export function changesOf(item: { changes?: HistoryItem["changes"] }): FieldChange[] {
  if (!item.changes) return [];
  if (Array.isArray(item.changes)) return item.changes;
  return Object.entries(item.changes).map(([field, [before, after]]) => ({ field, before, after }));
}

export function useHistory(plural: string, id: number) {
  return useInfiniteQuery({
    queryKey: ["history", plural, id],
    queryFn: ({ pageParam, signal }) => api.get<HistoryPage>(`/${plural}/${id}/history`, { query: { limit: 50, cursor: pageParam }, signal }),
    initialPageParam: null as string | null, getNextPageParam: (page) => page.next,
  });
}

/** Takes one change back; what was changed after it stays. */
export function undoChange(plural: string, id: number, seq: number): Promise<unknown> {
  return api.post(`/${plural}/${id}/history/${seq}:undo`);
}
