import { api } from "@web/lib/api";
import { undoToItsEnd, untilOver, type Job } from "@web/lib/calls/bulk";
import type { AnyRecord } from "@web/lib/values";

/** Where each field of the result comes from: the id of a record, both together, or nowhere. */
export type MergeSource = number | "union" | "value";

export interface MergePreview {
  records: AnyRecord[];
  result: Record<string, unknown>;
  from: Record<string, MergeSource>;
  links: { entity: string; field: string; count: number }[];
  link_count: number;
}

export interface MergeBody {
  others: number[];
  choose?: Record<string, number>;
}

export function previewMerge(plural: string, survivor: number, others: number[], signal?: AbortSignal): Promise<MergePreview> {
  return api.post<MergePreview>(`/${plural}/${survivor}:merge`, { others, dry_run: true }, { signal, is_read: true });
}

/** Merges and answers with the way back; records that much points to are merged by a job that is waited for. */
export async function mergeRecords(plural: string, survivor: number, body: MergeBody): Promise<{ is_done: boolean; undo: () => Promise<void> }> {
  const answer = await api.post<{ merge?: number } & Partial<Job>>(`/${plural}/${survivor}:merge`, body);
  if (answer.state === undefined || answer.kind === undefined) {
    return { is_done: true, undo: async () => { await api.post(`/${plural}/${survivor}:unmerge`, { merge: answer.merge }); } };
  }
  const job = await untilOver(answer as Job);
  return { is_done: job.state === "done", undo: async () => { await undoToItsEnd(job.id); } };
}
