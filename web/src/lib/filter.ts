/** The JSON filter grammar shared by lists, views, segments and reports (docs/internals/engine.md, section 4). */

export type Operator =
  | "eq" | "ne" | "in" | "not_in" | "lt" | "lte" | "gt" | "gte" | "between" | "contains" | "starts_with"
  | "is_empty" | "not_empty" | "any_of" | "all_of" | "none_of" | "within";

export interface Condition {
  field: string;
  op: Operator;
  value?: unknown;
}

export type Filter =
  | Condition
  | { and: Filter[] }
  | { or: Filter[] }
  | { not: Filter }
  | { exists: { path: string; filter?: Filter } }
  | { formula: string }
  | { text: string }
  | { in_segment: number | number[] };

export interface SortKey {
  field: string;
  desc?: boolean;
}

export interface Query {
  filter?: Filter | null;
  sort?: SortKey[];
  limit?: number;
  cursor?: string | null;
  fields?: string[];
  count?: "none" | "estimate" | "exact";
}

export function isCondition(filter: Filter): filter is Condition {
  return "field" in filter;
}

/** Joins filters with «and», dropping the empty ones; null means «everything». */
export function allOf(...filters: (Filter | null | undefined)[]): Filter | null {
  const parts: Filter[] = [];
  for (const filter of filters) {
    if (!filter) continue;
    if ("and" in filter) parts.push(...filter.and);
    else parts.push(filter);
  }
  if (parts.length === 0) return null;
  return parts.length === 1 ? (parts[0] as Filter) : { and: parts };
}

/** The top-level parts of a filter: what the filter bar shows as phrases. */
export function partsOf(filter: Filter | null | undefined): Filter[] {
  if (!filter) return [];
  return "and" in filter ? filter.and : [filter];
}

/** Accepts both forms of sort keys, «-created_at» and {field, desc}. */
export function toSortKeys(sort: (string | SortKey)[] | null | undefined): SortKey[] {
  return (sort ?? []).map((key) => {
    if (typeof key !== "string") return key;
    return key.startsWith("-") ? { field: key.slice(1), desc: true } : { field: key, desc: false };
  });
}

export function sortToText(sort: SortKey[]): string {
  return sort.map((key) => `${key.desc ? "-" : ""}${key.field}`).join(",");
}

export function sortFromText(text: string | undefined): SortKey[] {
  return toSortKeys((text ?? "").split(",").filter(Boolean));
}

export function needsValue(op: Operator): boolean {
  return op !== "is_empty" && op !== "not_empty";
}
