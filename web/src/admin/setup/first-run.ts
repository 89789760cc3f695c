import { presetsQuery } from "@web/admin/setup/setup-calls";
import { usePreference } from "@web/lib/calls/preferences";
import { api } from "@web/lib/api";
import type { Me } from "@web/lib/calls/me";
import { query_client } from "@web/lib/query-client";

export const kSteps = ["company", "region", "preset", "demo", "people", "done"] as const;
export type Step = (typeof kSteps)[number];

export function toStep(text: string | null): Step {
  return kSteps.find((step) => step === text) ?? "company";
}

/** Steps that are behind, kept with the person. */
export function useDoneSteps(): [ReadonlySet<Step>, (step: Step) => void] {
  const [done, setDone] = usePreference<Step[]>("setup.done");
  const finished = new Set(done ?? []);
  return [finished, (step) => setDone([...new Set([...finished, step])])];
}

// Asked until the answer is no, and then never again on this device.
const kOver = "matvey.set_up";

/** Whether an administrator stands before a base in which nothing was set up yet. */
export async function isFirstRun(me: Me): Promise<boolean> {
  if (!me.is_admin || localStorage.getItem(kOver)) return false;
  try {
    const presets = await query_client.fetchQuery({ ...presetsQuery, staleTime: Infinity });
    if (!presets.applied && presets.replaces) {
      const done = await api.get<{ value?: Step[] } | null>("/preferences/setup.done");
      if (!done?.value?.length) return true;
    }
    localStorage.setItem(kOver, "1");
  } catch {
    // The first screen does not fail for want of this answer.
  }
  return false;
}
