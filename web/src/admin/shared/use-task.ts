import { useCallback, useState } from "react";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";

/** Runs one call at a time; a failure is told in a toast and answered with false. */
export function useTask(): [(task: () => Promise<unknown>) => Promise<boolean>, boolean] {
  const [is_running, setRunning] = useState(false);
  const run = useCallback(async (task: () => Promise<unknown>) => {
    setRunning(true);
    try {
      await task();
      return true;
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
      return false;
    } finally {
      setRunning(false);
    }
  }, []);
  return [run, is_running];
}
