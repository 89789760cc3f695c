import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { queryRecords } from "@web/lib/calls/query-records";
import { allOf, type Filter, type SortKey } from "@web/lib/filter";
import { onChanges } from "@web/lib/live";
import type { Entity } from "@web/lib/metadata-types";
import { query_client } from "@web/lib/query-client";
import type { AnyRecord } from "@web/lib/values";

const kPage = 500;
/** Lists of settings are short; beyond this many the search finds the rest. */
const kMost = 2000;

interface RecordsOptions {
  fields: string[];
  sort?: SortKey[];
  filter?: Filter | null;
}

async function readAll(entity: Entity, options: RecordsOptions, signal: AbortSignal): Promise<AnyRecord[]> {
  const items: AnyRecord[] = [];
  const fields = [...new Set(["version", ...options.fields])].filter((key) => key === "version" || entity.fields.some((field) => field.key === key));
  for (let cursor: string | null = null; items.length < kMost;) {
    const page: { items: AnyRecord[]; next: string | null } = await queryRecords(entity.plural, { filter: allOf(options.filter), sort: options.sort ?? [], fields, limit: kPage, ...(cursor ? { cursor } : {}) }, signal);
    items.push(...page.items);
    cursor = page.next;
    if (!cursor) break;
  }
  return items;
}

export function refreshRecords(entity_key: string): Promise<void> {
  return query_client.invalidateQueries({ queryKey: ["admin", entity_key] });
}

/** All records of a small table (people, departments, stages), kept true while somebody else changes it. */
export function useRecords(entity: Entity | undefined, options: RecordsOptions) {
  const asked = JSON.stringify(options);
  const key = entity?.key ?? "";
  useEffect(() => onChanges((changes) => {
    if (changes.some((change) => change.entity === key)) void refreshRecords(key);
  }), [key]);
  const answer = useQuery({
    queryKey: ["admin", key, asked], enabled: entity !== undefined, staleTime: 30_000,
    queryFn: ({ signal }) => (entity ? readAll(entity, JSON.parse(asked) as RecordsOptions, signal) : Promise.resolve([])),
  });
  return useMemo(() => ({ items: answer.data ?? [], is_loaded: answer.data !== undefined, error: answer.error, refetch: answer.refetch }), [answer.data, answer.error, answer.refetch]);
}
