import { queryOptions, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useEffect } from "react";
import { api } from "@web/lib/api";
import { onChanges } from "@web/lib/live";
import { query_client } from "@web/lib/query-client";
import type { AnyRecord } from "@web/lib/values";

/** One record with its multi-values: GET /<plural>/{id}. */
export function readRecordQuery(plural: string, id: number) {
  return queryOptions({
    queryKey: ["record", plural, id],
    queryFn: ({ signal }) => api.get<AnyRecord>(`/${plural}/${id}`, { signal }),
    staleTime: Infinity,
  });
}

/** The hand is on the record: its answer is on the way while the card is being made. */
export function askForRecord(plural: string, id: number): void {
  void query_client.prefetchQuery(readRecordQuery(plural, id));
}

export function useRecord(plural: string, id: number): UseQueryResult<AnyRecord> {
  return useQuery(readRecordQuery(plural, id));
}

/** The same, read again whenever somebody changed it. */
export function useFollowedRecord(entity: { key: string; plural: string }, id: number): UseQueryResult<AnyRecord> {
  const answer = useRecord(entity.plural, id);
  const { refetch } = answer;
  const { key, plural } = entity;
  useEffect(() => onChanges((changes) => {
    const known = query_client.getQueryData<AnyRecord>(readRecordQuery(plural, id).queryKey);
    if (changes.some((change) => change.entity === key && change.id === id && change.version !== known?.version)) void refetch();
  }), [key, plural, id, refetch]);
  return answer;
}
