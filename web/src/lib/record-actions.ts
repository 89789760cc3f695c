import { useEffect, useRef } from "react";
import { createStore } from "@web/lib/store";

export interface RecordAction {
  key: string;
  label: string;
  run: () => void;
}

export interface OpenRecord {
  title: string;
  actions: RecordAction[];
}

/** What can be done with the record that is open now; the palette offers it. */
export const open_record = createStore<OpenRecord | null>(null);

/** Offers the actions while the card stands. */
export function useRecordActions(title: string, actions: RecordAction[]): void {
  const latest = useRef(actions);
  latest.current = actions;
  const keys = actions.map((action) => `${action.key}=${action.label}`).join("|");
  useEffect(() => {
    const mine: OpenRecord = { title, actions: latest.current.map((action, at) => ({ ...action, run: () => latest.current[at]?.run() })) };
    open_record.set(mine);
    return () => open_record.set((now) => (now === mine ? null : now));
  }, [title, keys]);
}
