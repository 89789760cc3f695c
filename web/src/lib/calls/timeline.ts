import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { api } from "@web/lib/api";
import type { AnyRecord, Link } from "@web/lib/values";

/** One entry of a record's feed: a record that points here (`kind` is its entity), or a change of its own fields. */
export interface TimelineItem {
  kind: string;
  at: string;
  record?: AnyRecord | null;
  change?: { seq: number; action: string; user: Link | null; fields: string[] };
}

interface TimelinePage {
  items: TimelineItem[];
  next: string | null;
}

export function timelineQuery(plural: string, id: number) {
  return infiniteQueryOptions({
    queryKey: ["timeline", plural, id],
    queryFn: ({ pageParam, signal }) => api.get<TimelinePage>(`/${plural}/${id}/timeline`, { query: { limit: 30, cursor: pageParam }, signal, together: "now" }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    staleTime: 60_000,
  });
}

export function useTimeline(plural: string, id: number) {
  return useInfiniteQuery(timelineQuery(plural, id));
}
