import { useEffect } from "react";
import type { CardNeighbours } from "@web/records/card/card-tools";
import type { PageStore } from "@web/records/list/store/page-store";

/** The records before and after the open one, in the order of the list. */
export function useNeighbours(store: PageStore, open_id: number | null, onOpen: (id: number) => void): CardNeighbours {
  const at = open_id === null ? -1 : store.indexOf(open_id);
  useEffect(() => {
    // The next page is fetched before its first record is asked for.
    if (at >= 0) store.want(Math.max(0, at - 20), at + 20);
  }, [store, at]);
  const before = at > 0 ? store.row(at - 1) : undefined;
  const after = at >= 0 ? store.row(at + 1) : undefined;
  return { onPrevious: before ? () => onOpen(before.id) : undefined, onNext: after ? () => onOpen(after.id) : undefined };
}
