import { useInfiniteQuery } from "@tanstack/react-query";
import { periodStart, type Period } from "@web/admin/audit/period";
import { api } from "@web/lib/api";
import { undoChange, type HistoryItem } from "@web/lib/calls/history";
import { restoreRecord } from "@web/lib/calls/save-record";
import type { Entity } from "@web/lib/metadata-types";
import { query_client } from "@web/lib/query-client";
import type { Link } from "@web/lib/values";

export interface AuditItem extends HistoryItem {
  /** Null when its section is gone. */
  entity: string | null;
  id: number;
  record: Link | null;
  remote_address: string;
  api_key: number | null;
  job: number | null;
}

interface AuditAnswer {
  items: AuditItem[];
  next: string | null;
}

export interface AuditFilter {
  section: string;
  user: number | null;
  action: string;
  period: Period;
  /** Days of the period «between», inclusive; empty: open. */
  from: string;
  to: string;
}

export const kActions = ["created", "updated", "deleted", "restored"] as const;

function dayAfter(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString().slice(0, 10);
}

/** Newest first. The server looks through the journal for a moment at a time: a page may be short while more comes. */
export function useAudit(filter: AuditFilter) {
  const after = filter.period === "between" ? filter.from : periodStart(filter.period);
  const before = filter.period === "between" && filter.to ? dayAfter(filter.to) : "";
  return useInfiniteQuery({
    queryKey: ["admin", "audit", filter.section, filter.user, filter.action, after, before],
    queryFn: ({ pageParam, signal }) => api.get<AuditAnswer>("/audit", {
      query: { entity: filter.section || null, user: filter.user, action: filter.action || null, after: after || null, before: before || null, cursor: pageParam, limit: 50 }, signal,
    }),
    initialPageParam: null as string | null, getNextPageParam: (page) => page.next, staleTime: 0,
  });
}

export function canUndo(entity: Entity | undefined, item: AuditItem): boolean {
  if (!entity || !item.record || !entity.can.update) return false;
  return item.action === "deleted" || (item.action === "updated" && item.changes.length > 0);
}

/** Takes a change back, a removed record out of the bin. */
export async function undoAudit(entity: Entity, item: AuditItem): Promise<void> {
  if (item.action === "deleted") await restoreRecord(entity.plural, item.id);
  else await undoChange(entity.plural, item.id, item.seq);
  await query_client.invalidateQueries({ queryKey: ["record", entity.plural, item.id] });
}
