import { api } from "@web/lib/api";
import type { Filter } from "@web/lib/filter";
import type { Link } from "@web/lib/values";

export type LostKey = "reason" | "competitor" | "manager" | "stage";

interface LostGroup {
  key: Record<string, Link | null>;
  /** Count and sum of the deals. */
  values: [number, string | null];
}

export interface LostPart {
  entity: string;
  filter: Filter;
  result: { groups: LostGroup[]; left_out?: { without_group?: number } };
}

/** Where deals were lost is there for those who may read their moves. */
export type LostAnswer = Record<Exclude<LostKey, "stage">, LostPart> & { stage?: LostPart };

export interface LostRow {
  id: number;
  title: string;
  count: number;
  amount: string | null;
  filter: Filter;
}

/** Deals that were lost within days, by what they were lost for, to whom, by whom and where. */
export function askLost(query: { from: string; to: string; pipeline?: number | undefined }, signal?: AbortSignal): Promise<LostAnswer> {
  return api.get<LostAnswer>("/lost-deals", { query, signal });
}

/** The groups of a part, the largest first, each with the filter of its records. */
export function rowsOf(part: LostPart): LostRow[] {
  const rows = part.result.groups.flatMap((group) => Object.entries(group.key).flatMap(([field, link]) => {
    if (!link) return [];
    const filter: Filter = { and: [part.filter, { field, op: "eq", value: link.id }] };
    return [{ id: link.id, title: link.title, count: group.values[0], amount: group.values[1], filter }];
  }));
  return rows.sort((a, b) => b.count - a.count);
}
