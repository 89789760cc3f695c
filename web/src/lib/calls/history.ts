import { useInfiniteQuery } from "@tanstack/react-query";
import { api } from "@web/lib/api";
import type { Link } from "@web/lib/values";

export interface FieldChange {
  field: string;
  old: unknown;
  new: unknown;
}

export interface HistoryItem {
  seq: number;
  at: string;
  user?: Link | null;
  action: string;
  version?: number;
  via?: string | null;
  changes: FieldChange[];
}

interface HistoryPage {
  items: HistoryItem[];
  next: string | null;
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
