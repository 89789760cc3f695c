import { api } from "@web/lib/api";
import type { Filter } from "@web/lib/filter";
import { t } from "@web/lib/i18n";
import type { AnyRecord } from "@web/lib/values";

export type BulkTarget = { ids: number[] } | { filter: Filter | null };
export type BulkChange =
  | { set: Record<string, unknown> }
  | { action: "delete" }
  | { action: "tags"; field: string; add: string[]; remove: string[] }
  | { action: "merge_values"; field: string; from: string[]; to: string };

export interface BulkPreview {
  total?: number;
  count?: number | { value: number };
  sample?: AnyRecord[];
}

export interface Job {
  id: number;
  kind: string;
  state: "queued" | "running" | "paused" | "done" | "failed" | "cancelled";
  done: number;
  total: number;
  result?: Record<string, unknown>;
  error_file?: string | null;
  can_undo?: boolean;
}

export function previewBulk(plural: string, target: BulkTarget, change: BulkChange, signal?: AbortSignal): Promise<BulkPreview> {
  return api.post<BulkPreview>(`/${plural}:bulk`, { ...target, ...change, dry_run: true }, { signal, is_read: true });
}

export function startBulk(plural: string, target: BulkTarget, change: BulkChange): Promise<Job> {
  return api.post<Job>(`/${plural}:bulk`, { ...target, ...change });
}

export function readJob(id: number, signal?: AbortSignal): Promise<Job> {
  return api.get<Job>(`/jobs/${id}`, { signal });
}

export function steerJob(id: number, deed: "pause" | "resume" | "cancel"): Promise<Job> {
  return api.post<Job>(`/jobs/${id}:${deed}`);
}

export function undoJob(id: number): Promise<Job> {
  return api.post<Job>(`/jobs/${id}:undo`);
}

export function isOver(job: Job): boolean {
  return job.state === "done" || job.state === "failed" || job.state === "cancelled";
}

const kPoll_ms = 400;

/** Waits until the job is over, whatever the end. */
export async function untilOver(job: Job): Promise<Job> {
  let latest = job;
  while (!isOver(latest)) {
    await new Promise((resolve) => setTimeout(resolve, kPoll_ms));
    latest = await readJob(job.id);
  }
  return latest;
}

/** Takes back what the job did; throws when that did not succeed. */
export async function undoToItsEnd(id: number): Promise<void> {
  const undo = await untilOver(await undoJob(id));
  if (undo.state !== "done") throw new Error(t("bulk.undo_failed"));
}
