import { api } from "@web/lib/api";
import { query_client } from "@web/lib/query-client";
import type { AnyRecord } from "@web/lib/values";

export type Changes = Record<string, unknown>;

export interface SaveOptions {
  /** Checks and computes without writing; the answer is the record as it would be. */
  dry_run?: boolean;
  signal?: AbortSignal | undefined;
}

/** Merge-patch with the version it was made on. 409 with both versions when the same field changed meanwhile. */
export async function patchRecord(plural: string, id: number, version: number, changes: Changes, options: SaveOptions = {}): Promise<AnyRecord> {
  const saved = await api.patch<AnyRecord>(`/${plural}/${id}`, { ...changes, version }, {
    signal: options.signal, query: { dry_run: options.dry_run ? true : undefined },
  });
  if (!options.dry_run) query_client.setQueryData(["record", plural, id], saved);
  return saved;
}

export async function createRecord(plural: string, values: Changes, options: SaveOptions & { allow_duplicates?: boolean } = {}): Promise<AnyRecord> {
  const query = { dry_run: options.dry_run ? true : undefined, on_duplicate: options.allow_duplicates ? "create" : undefined };
  const created = await api.post<AnyRecord>(`/${plural}`, values, { signal: options.signal, query });
  if (!options.dry_run && created.id) query_client.setQueryData(["record", plural, created.id], created);
  return created;
}

/** To the bin; `restoreRecord` takes it back. */
export function deleteRecord(plural: string, id: number): Promise<null> {
  return api.delete<null>(`/${plural}/${id}`);
}

export function restoreRecord(plural: string, id: number): Promise<AnyRecord | null> {
  return api.post<AnyRecord | null>(`/${plural}/${id}:restore`);
}
