import { queryOptions } from "@tanstack/react-query";
import { queryRecords } from "@web/lib/calls/query-records";
import { query_client } from "@web/lib/query-client";
import type { AnyRecord } from "@web/lib/values";
import { kLineFields } from "./line-rows";

const kMostLines = 1000;

async function readLines(entity: string, id: number, signal?: AbortSignal): Promise<AnyRecord[]> {
  const lines: AnyRecord[] = [];
  for (let cursor: string | null = null; ;) {
    const page: { items: AnyRecord[]; next: string | null } = await queryRecords("document-lines", {
      filter: { field: "document", op: "eq", value: { entity, id } }, sort: [{ field: "position" }], fields: kLineFields, limit: kMostLines, ...(cursor ? { cursor } : {}),
    }, signal);
    lines.push(...page.items);
    cursor = page.next;
    if (!cursor) return lines;
  }
}

/** Lines follow their document: each of its versions has its own. */
export function linesQuery(entity: string, id: number, version: number) {
  return queryOptions({ queryKey: ["document-lines", entity, id, version], queryFn: ({ signal }) => readLines(entity, id, signal), staleTime: Infinity });
}

/** The lines after a save, kept as those of the document's new version. */
export function linesAfter(entity: string, id: number, version: number): Promise<AnyRecord[]> {
  // A move of lines changes no figure of the document and leaves its version as it was.
  return query_client.fetchQuery({ ...linesQuery(entity, id, version), staleTime: 0 });
}

/** Rates of tax with the days they hold. */
export const vat_rates_query = queryOptions({
  queryKey: ["vat-rates"], staleTime: 300_000,
  queryFn: ({ signal }) => queryRecords("vat-rates", { sort: [{ field: "position" }], fields: ["name", "valid_from", "valid_to"], limit: 200 }, signal).then((page) => page.items),
});

export function holdsOn(rate: AnyRecord, date: string): boolean {
  return String(rate.valid_from ?? "") <= date && date <= String(rate.valid_to ?? "9999");
}
