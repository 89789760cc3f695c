import { api } from "@web/lib/api";
import type { Query } from "@web/lib/filter";
import type { RecordPage } from "@web/lib/values";

/** One page of records of an entity: POST /<plural>:query. `is_together`: quick enough to travel with others. */
export function queryRecords(plural: string, query: Query, signal?: AbortSignal, is_together = false): Promise<RecordPage> {
  return api.ask<RecordPage>(`/${plural}:query`, query, { signal, ...(is_together ? { together: "now" as const } : {}) });
}
