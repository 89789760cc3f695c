import { api } from "@web/lib/api";
import type { Job } from "@web/lib/calls/bulk";
import type { Mark } from "@web/lib/values";

export type DuplicatePolicy = "skip" | "fill" | "overwrite" | "create" | "ask";
export type RowStatus = "created" | "updated" | "skipped" | "failed" | "review" | "doubtful";

export interface ImportColumn {
  column: string;
  index: number;
  /** Field, field of a linked record («company.inn»), id, uid, version, or nothing. */
  target: string;
  kind?: string;
  date_order?: "mdy";
  /** Words of the file → what is read instead. */
  values?: Record<string, string>;
}

export interface ImportSheet {
  sheet: number;
  name: string;
  /** -1: the sheet is left out. */
  header_row: number;
  headers: string[];
  mapping: string;
  columns: ImportColumn[];
  samples: string[][];
}

export interface ImportJob {
  id: number;
  state: Job["state"];
  done: number;
  total: number;
  problem: string;
  counts: Partial<Record<RowStatus, number>> | null;
  undone_by: number | null;
  can_undo: boolean;
}

export interface ImportReport {
  rows: number;
  created: number;
  updated: number;
  skipped: number;
  failed: number;
  review: number;
  related: Record<string, number>;
  dry_run: boolean;
  job: number;
}

export interface RowProblem {
  sheet: string;
  row: number;
  reason: string;
  field?: string | null;
  message?: string;
}

export interface FullReport extends ImportReport {
  failures: RowProblem[];
  skips: RowProblem[];
  changes?: { sheet: string; row: number; record: number; fields: Record<string, [string, string]> }[];
}

export interface Import {
  id: number;
  entity: string;
  file_name: string;
  file: number;
  created_by: number;
  created_at: string;
  purged: boolean;
  job: ImportJob | null;
  dry_run_job: ImportJob | null;
  report: ImportReport | null;
  format: "csv" | "xlsx" | "vcard";
  encoding: string;
  delimiter: string;
  mapping: string;
  sheets: ImportSheet[];
  /** What people said of the headings: sheet → row. */
  header_rows?: Record<string, number>;
  duplicates: DuplicatePolicy;
  key_field: string;
  creates_links: boolean;
  save_mapping_as: string;
}

export interface ImportPatch {
  encoding?: string;
  delimiter?: string;
  mapping?: string;
  duplicates?: DuplicatePolicy;
  key_field?: string;
  creates_links?: boolean;
  save_mapping_as?: string;
  sheets?: { sheet: number; header_row?: number | null; columns?: ImportColumn[] }[];
}

export interface PreviewRow {
  sheet: number;
  row: number;
  kind: "header" | "above" | "data" | "blank" | "total" | "title" | "unused";
  cells: string[];
  values: Record<string, unknown>;
  marks: Mark[];
  linked: { field: string; entity: string; text?: string; values?: Record<string, unknown> }[];
}

export interface ImportRow {
  sheet: number;
  row: number;
  status: Exclude<RowStatus, "doubtful">;
  reason: string | null;
  message?: string;
  field: string | null;
  record: number | null;
  cells: string[];
}

export interface NamedMapping {
  id: number | null;
  name: string;
  ready: boolean;
}

export function createImport(entity: string, file: number): Promise<Import> {
  return api.post<Import>("/imports", { entity, file });
}

export function readImport(id: number, signal?: AbortSignal): Promise<Import> {
  return api.get<Import>(`/imports/${id}`, { signal });
}

export async function readImports(signal?: AbortSignal): Promise<Import[]> {
  return (await api.get<{ items: Import[] }>("/imports", { query: { all: true, limit: 200 }, signal })).items;
}

export function changeImport(id: number, patch: ImportPatch): Promise<Import> {
  return api.patch<Import>(`/imports/${id}`, patch);
}

export async function previewImport(id: number, query: { sheet?: number; head?: boolean; limit: number }, signal?: AbortSignal): Promise<PreviewRow[]> {
  return (await api.ask<{ items: PreviewRow[] }>(`/imports/${id}:preview`, undefined, { query: { ...query }, signal })).items;
}

export function runImport(id: number, dry_run: boolean): Promise<Import> {
  return api.post<Import>(`/imports/${id}:run`, { dry_run });
}

export function readReport(id: number, signal?: AbortSignal): Promise<FullReport> {
  return api.get<FullReport>(`/imports/${id}/report`, { signal });
}

export async function readImportRows(id: number, status: RowStatus, limit: number, signal?: AbortSignal): Promise<ImportRow[]> {
  return (await api.get<{ items: ImportRow[] }>(`/imports/${id}/rows`, { query: { status, limit }, signal })).items;
}

export function decideRow(id: number, row: ImportRow, decision: Exclude<DuplicatePolicy, "ask">): Promise<ImportRow> {
  return api.post<ImportRow>(`/imports/${id}:decide`, { sheet: row.sheet, row: row.row, decision });
}

/** Forgets the file and the cells; the records stay. */
export function forgetImport(id: number): Promise<null> {
  return api.delete<null>(`/imports/${id}`);
}

export async function readMappings(entity: string, signal?: AbortSignal): Promise<NamedMapping[]> {
  return (await api.get<{ items: NamedMapping[] }>("/import-mappings", { query: { entity }, signal })).items;
}

export function forgetMapping(id: number): Promise<null> {
  return api.delete<null>(`/import-mappings/${id}`);
}
