import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { PageStore } from "@web/records/list/store/page-store";

export interface Selection {
  ids: ReadonlySet<number>;
  /** All rows of the filter, also those never loaded. */
  is_all: boolean;
  /** Number of rows selected by hand; 0 with `is_all`, where the filter says which. */
  count: number;
  has: (id: number) => boolean;
  toggle: (id: number, index: number, is_range: boolean) => void;
  toggleAll: () => void;
  clear: () => void;
}

/** Selection of rows: one, a range with Shift among loaded rows, or everything the filter finds. */
export function useSelection(store: PageStore): Selection {
  const [ids, setIds] = useState<ReadonlySet<number>>(() => new Set());
  const [is_all, setAll] = useState(false);
  const anchor = useRef<number | null>(null);
  const clear = useCallback(() => {
    setIds(new Set());
    setAll(false);
    anchor.current = null;
  }, []);
  useEffect(clear, [store, clear]);
  const toggle = useCallback((id: number, index: number, is_range: boolean) => {
    const from = anchor.current;
    anchor.current = index;
    setAll(false);
    setIds((before) => {
      const after = new Set(before);
      if (is_range && from !== null) {
        for (let row = Math.min(from, index); row <= Math.max(from, index); row += 1) {
          const record = store.row(row);
          if (record) after.add(record.id);
        }
      } else if (!after.delete(id)) {
        after.add(id);
      }
      return after;
    });
  }, [store]);
  const toggleAll = useCallback(() => {
    setIds(new Set());
    setAll((before) => !before);
  }, []);
  return useMemo(
    () => ({ ids, is_all, count: ids.size, has: (id: number) => is_all || ids.has(id), toggle, toggleAll, clear }),
    [ids, is_all, toggle, toggleAll, clear],
  );
}
