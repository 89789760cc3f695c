import type { PlannedSide, SideChoice } from "./sales-calls";

/** What a radio group holds: a known record's id, "create" or "none". */
export function chosenAtFirst(side: PlannedSide): string {
  return side.action === "link" && side.id !== undefined ? String(side.id) : side.action;
}

export function choiceOf(value: string): SideChoice {
  if (value === "none") return null;
  return value === "create" ? { create: true } : { id: Number(value) };
}
