import { useEffect, useMemo, useSyncExternalStore } from "react";
import { queryRecords } from "@web/lib/calls/query-records";
import type { Query } from "@web/lib/filter";
import { onChanges, type Change } from "@web/lib/live";
import type { Entity } from "@web/lib/metadata-types";
import { PageStore, type StoreState } from "@web/records/list/store/page-store";

/** Rows of a query with live updates: changed rows are read again and replaced, new and gone ones reload the view. */
export function usePageStore(entity: Entity, query: Query): { store: PageStore; state: StoreState } {
  const key = JSON.stringify(query);
  const store = useMemo(
    () => new PageStore(JSON.parse(key) as Query, (page, signal) => queryRecords(entity.plural, page, signal)),
    [entity.plural, key],
  );
  useEffect(() => onChanges((changes) => void applyChanges(store, entity, JSON.parse(key) as Query, changes)), [store, entity, key]);
  const state = useSyncExternalStore(store.subscribe, store.getState);
  return { store, state };
}

async function applyChanges(store: PageStore, entity: Entity, query: Query, changes: Change[]): Promise<void> {
  const mine = changes.filter((change) => change.entity === entity.key);
  if (mine.length === 0) return;
  const shown = mine.filter((change) => store.indexOf(change.id) >= 0);
  const is_reordered = mine.length > shown.length || mine.some((change) => change.action !== "updated");
  const ids = [...new Set(shown.filter((change) => change.action === "updated").map((change) => change.id))];
  if (ids.length > 0) {
    const filter = { field: "id", op: "in", value: ids } as const;
    const page = await queryRecords(entity.plural, { filter, fields: query.fields ?? [], limit: ids.length });
    store.replace(page.items);
  }
  if (is_reordered) store.reload();
}
