import { api } from "@web/lib/api";
import type { Query } from "@web/lib/filter";
import type { RecordPage } from "@web/lib/values";

/** One page of records of an entity: POST /<plural>:query. */
export function queryRecords(plural: string, query: Query, signal?: AbortSignal): Promise<RecordPage> {
  return api.post<RecordPage>(`/${plural}:query`, query, { signal, is_read: true });
}
