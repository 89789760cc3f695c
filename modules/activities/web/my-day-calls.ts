import { aggregate } from "@web/lib/calls/aggregate";
import { loadedMetadata } from "@web/lib/calls/metadata";
import { queryRecords } from "@web/lib/calls/query-records";
import type { Filter } from "@web/lib/filter";
import type { Entity } from "@web/lib/metadata-types";
import type { AnyRecord } from "@web/lib/values";

const kKinds = ["task", "call", "meeting"];
const kLimit = 200;

export interface Deed {
  entity: Entity;
  record: AnyRecord;
  due_at: string | null;
}

export function deedKinds(): Entity[] {
  const metadata = loadedMetadata();
  return kKinds.map((key) => metadata.entity(key)).filter((entity) => entity?.can.read === true) as Entity[];
}

function mine(until: Filter): Filter {
  return { and: [{ field: "owner", op: "eq", value: "me" }, { field: "state", op: "eq", value: "planned" }, until] };
}

/** What is planned by me up to a week ahead, late things included, the earliest first. */
export async function readDeeds(signal: AbortSignal): Promise<Deed[]> {
  const filter = mine({ or: [{ field: "due_at", op: "lte", value: { relative: 7, unit: "day" } }, { field: "due_at", op: "is_empty" }] });
  const pages = await Promise.all(deedKinds().map(async (entity) => {
    const page = await queryRecords(entity.plural, { filter, sort: [{ field: "due_at", desc: false }], fields: ["version", "name", "due_at", "subject", "state"], limit: kLimit }, signal, true);
    return page.items.map((record): Deed => ({ entity, record, due_at: (record.due_at as string | null) ?? null }));
  }));
  return pages.flat().sort((a, b) => (a.due_at ?? "9").localeCompare(b.due_at ?? "9"));
}

/** How much is due today or late: the number beside the menu entry. */
export async function countDue(signal: AbortSignal): Promise<number> {
  const filter = mine({ or: [{ field: "due_at", op: "lt", value: "now" }, { field: "due_at", op: "eq", value: "today" }] });
  const counts = await Promise.all(deedKinds().map(async (entity) => {
    const answer = await aggregate(entity.plural, filter, [], [{ fn: "count" }], signal, "later");
    return Number(answer.groups[0]?.values[0] ?? 0);
  }));
  return counts.reduce((sum, count) => sum + count, 0);
}
