import { textsOf } from "@web/admin/pipelines/texts-of";
import type { AnyRecord } from "@web/lib/values";

/** Stages name each other where a move is allowed: a new name has to be told to all of them. */
export function renamedMoves(stages: AnyRecord[], id: number, before: string, after: string): { stage: AnyRecord; allowed_next: string[] }[] {
  if (before === after) return [];
  return stages.filter((stage) => stage.id !== id && textsOf(stage.allowed_next).includes(before))
    .map((stage) => ({ stage, allowed_next: textsOf(stage.allowed_next).map((name) => (name === before ? after : name)) }));
}

/** Stages whose place in the list is not the one they are saved with. */
export function changedPositions(stages: AnyRecord[]): { stage: AnyRecord; position: number }[] {
  return stages.flatMap((stage, at) => (Number(stage.position) === at + 1 ? [] : [{ stage, position: at + 1 }]));
}
