import { queryOptions, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
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
  const { data, refetch } = answer;
  const { key, plural } = entity;
  const announced = useRef(0);
  useEffect(() => onChanges((changes) => {
    const known = query_client.getQueryData<AnyRecord>(readRecordQuery(plural, id).queryKey);
    const newer = changes.filter((change) => change.entity === key && change.id === id && change.version !== known?.version);
    if (newer.length === 0) return;
    announced.current = Math.max(...newer.map((change) => change.version));
    void refetch();
  }), [key, plural, id, refetch]);
  // An answer that was on its way when the change was told may be older than that.
  useEffect(() => { if (data && data.version < announced.current) void refetch(); }, [data, refetch]);
  return answer;
}
