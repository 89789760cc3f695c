import { useEffect } from "react";
import { onChanges } from "@web/lib/live";

const kPause_ms = 1000;

/** Calls `run` after changes of these entities: at once, and no more than once a second while they go on, as when a file is being loaded. */
export function useChangesOf(entities: readonly string[], run: () => unknown): void {
  const keys = entities.join();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let is_late = false;
    const go = () => {
      is_late = false;
      timer = setTimeout(() => {
        timer = undefined;
        if (is_late) go();
      }, kPause_ms);
      run();
    };
    const stop = onChanges((changes) => {
      if (!changes.some((change) => keys.split(",").includes(change.entity))) return;
      if (timer === undefined) go();
      else is_late = true;
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [keys, run]);
}
