import type { Tone } from "@web/kit/tone";
import type { Import, ImportJob } from "@web/lib/calls/imports";

export type ImportState = ImportJob["state"] | "draft" | "undone";

const kTones: Record<ImportState, Tone> = { draft: "neutral", queued: "neutral", running: "info", paused: "warning", done: "success", failed: "danger", cancelled: "neutral", undone: "neutral" };

export function stateTone(state: ImportState): Tone {
  return kTones[state];
}

export function stateOf(one: Import): ImportState {
  if (!one.job) return "draft";
  return one.job.undone_by === null ? one.job.state : "undone";
}
