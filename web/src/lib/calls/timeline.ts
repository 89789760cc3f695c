import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { api } from "@web/lib/api";
import type { Link } from "@web/lib/values";

export interface FieldChange {
  field: string;
  before: unknown;
  after: unknown;
}

/** One entry of a record's feed: a record that points here (call, note, task …), or a change of its own fields. */
export interface TimelineItem {
  kind: string;
  /** Entity and id of the record behind the entry; absent for changes. */
  entity?: string | null;
  id: number | string;
  at: string;
  user?: Link | null;
  title?: string | null;
  text?: string | null;
  state?: string | null;
  changes?: FieldChange[];
  record?: Record<string, unknown> | null;
}

interface TimelinePage {
  items: TimelineItem[];
  next: string | null;
}

export function timelineQuery(plural: string, id: number) {
  return infiniteQueryOptions({
    queryKey: ["timeline", plural, id],
    queryFn: ({ pageParam, signal }) => api.get<TimelinePage>(`/${plural}/${id}/timeline`, { query: { limit: 30, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    staleTime: 60_000,
  });
}

export function useTimeline(plural: string, id: number) {
  return useInfiniteQuery(timelineQuery(plural, id));
}
