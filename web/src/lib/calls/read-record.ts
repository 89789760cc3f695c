import { queryOptions, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { api } from "@web/lib/api";
import type { AnyRecord } from "@web/lib/values";

/** One record with its multi-values: GET /<plural>/{id}. */
export function readRecordQuery(plural: string, id: number) {
  return queryOptions({
    queryKey: ["record", plural, id],
    queryFn: ({ signal }) => api.get<AnyRecord>(`/${plural}/${id}`, { signal }),
    staleTime: Infinity,
  });
}

export function useRecord(plural: string, id: number): UseQueryResult<AnyRecord> {
  return useQuery(readRecordQuery(plural, id));
}
