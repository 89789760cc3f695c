import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import type { Filter } from "@web/lib/filter";
import type { Shape } from "@web/records/list/shape/shapes";

/** What of a list stands in the address: a link shows another person the same list. */
export interface ListSearch {
  view?: string | undefined;
  filter?: Filter | undefined;
  /** Text of the search index within the list. */
  q?: string | undefined;
  sort?: string | undefined;
  group?: string | undefined;
  /** «company/123»: the record in the side panel. */
  open?: string | undefined;
  as?: Shape | undefined;
}

export function parseListSearch(raw: Record<string, unknown>): ListSearch {
  const text = (key: string) => (typeof raw[key] === "string" || typeof raw[key] === "number" ? String(raw[key]) : undefined);
  const as = text("as");
  return {
    view: text("view"), q: text("q"), sort: text("sort"), group: text("group"), open: text("open"),
    filter: typeof raw.filter === "object" && raw.filter !== null ? (raw.filter as Filter) : undefined,
    as: as === "list" || as === "board" || as === "calendar" || as === "map" ? as : undefined,
  };
}

export function useListSearch(): [ListSearch, (changes: Partial<ListSearch>, options?: { replace?: boolean }) => void] {
  const search = useSearch({ strict: false }) as ListSearch;
  const navigate = useNavigate();
  const update = useCallback((changes: Partial<ListSearch>, options?: { replace?: boolean }) => {
    const apply = ((before: ListSearch) => ({ ...before, ...changes })) as never;
    void navigate({ to: ".", search: apply, replace: options?.replace ?? false });
  }, [navigate]);
  return [search, update];
}
