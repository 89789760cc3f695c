import { api } from "@web/lib/api";
import type { Job } from "@web/lib/calls/bulk";
import type { Candidate } from "@web/lib/values";

export interface DuplicateReason {
  field: string;
  agreement: "equal" | "similar" | "differs";
  bits: number;
}

/** One side of a pair; of a record without access only that it exists and whose it is. */
export interface DuplicateRecord {
  id?: number;
  version?: number;
  title?: string | null;
  facts?: Record<string, string>;
  hidden?: boolean;
  owner?: { id: number; title: string | null };
  score?: number;
  reasons?: DuplicateReason[];
}

export interface DuplicatePair {
  id: number;
  entity: string;
  state: "open" | "not_duplicate" | "merged";
  score: number | null;
  reasons: DuplicateReason[];
  records: DuplicateRecord[];
}

export interface DuplicatePage {
  items: DuplicatePair[];
  next: string | null;
}

export function readDuplicates(entity: string, state: string, cursor: string | null, signal?: AbortSignal): Promise<DuplicatePage> {
  return api.get<DuplicatePage>("/duplicates", { signal, query: { entity, state, cursor: cursor ?? undefined, limit: 30 } });
}

export function decideDuplicate(id: number, decision: "dismiss" | "reopen"): Promise<{ id: number }> {
  return api.post<{ id: number }>(`/duplicates/${id}:${decision}`);
}

export function findDuplicates(plural: string): Promise<Job> {
  return api.post<Job>(`/${plural}:find-duplicates`);
}

/** Records like a draft, inexact likeness included. */
export async function duplicatesOfDraft(plural: string, values: Record<string, unknown>, signal?: AbortSignal): Promise<Candidate[]> {
  const answer = await api.post<{ candidates: DuplicateRecord[] }>(`/${plural}:duplicates`, { values }, { signal, is_read: true });
  return answer.candidates.map((record) => {
    const reasons = (record.reasons ?? []).filter((reason) => reason.agreement !== "differs").map((reason) => reason.field);
    return { id: record.id ?? 0, title: record.title ?? "", reasons, owner: record.owner?.title ?? "" };
  });
}
