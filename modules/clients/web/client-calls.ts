import { api } from "@web/lib/api";
import type { Job } from "@web/lib/calls/bulk";
import { queryRecords } from "@web/lib/calls/query-records";

export interface FillWeight {
  id: number;
  version: number;
  field: string;
  client_class: string | null;
  weight: number;
}

/** How much each field of an entity counts in the completeness of its cards. */
export async function readFillWeights(target: string, signal?: AbortSignal): Promise<FillWeight[]> {
  const page = await queryRecords("fill-weights", { filter: { field: "target", op: "eq", value: target }, fields: ["version", "field", "client_class", "weight"], limit: 1000 }, signal);
  return page.items as unknown as FillWeight[];
}

export interface ErasureScope {
  fields: string[];
  related: Record<string, number>;
}

export function countGaps(entity: string, below: number, signal?: AbortSignal): Promise<{ count: number }> {
  return api.post<{ count: number }>("/fill-tasks", { entity, below, dry_run: true }, { signal, is_read: true });
}

export function startFillTasks(entity: string, below: number): Promise<Job> {
  return api.post<Job>("/fill-tasks", { entity, below });
}

export function startCardSample(entity: string, per_manager: number): Promise<Job> {
  return api.post<Job>("/card-samples", { entity, per_manager });
}

export function readErasureScope(entity: string, id: number, signal?: AbortSignal): Promise<ErasureScope> {
  return api.post<ErasureScope>("/erasures", { entity, id, dry_run: true }, { signal, is_read: true });
}

export function startErasure(entity: string, id: number, reason: string): Promise<Job> {
  return api.post<Job>("/erasures", { entity, id, reason });
}

export interface RegisterFirm {
  title: string;
  inn: string;
  city: string;
  status: string;
  is_branch: boolean;
  values: Record<string, unknown>;
  /** The company of ours with this INN. */
  known: number | null;
}

export interface RegisterChange {
  field: string;
  before: unknown;
  after: unknown;
}

export interface RegisterAnswer {
  title: string;
  status: string;
  applied: boolean;
  changes: RegisterChange[];
}

export async function suggestFirms(query: string): Promise<RegisterFirm[]> {
  return (await api.post<{ items: RegisterFirm[] }>("/companies:suggest", { query, limit: 5 }, { is_read: true })).items;
}

export function readRegister(company: number, signal?: AbortSignal): Promise<RegisterAnswer> {
  return api.post<RegisterAnswer>(`/companies/${company}:enrich`, { dry_run: true }, { signal, is_read: true });
}

export function takeFromRegister(company: number, fields: string[]): Promise<RegisterAnswer> {
  return api.post<RegisterAnswer>(`/companies/${company}:enrich`, { fields });
}
