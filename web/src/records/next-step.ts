import type { Metadata } from "@web/lib/calls/metadata";
import type { Entity, Field } from "@web/lib/metadata-types";

/** The field in which a record keeps the time of its next planned activity. */
export const kNextStepField = "next_step_at";

export interface ActivityKind {
  entity: Entity;
  /** The link of the activity to the record it is about. */
  subject: Field;
  /** The time it is planned for; null for what only happens (a note). */
  due: Field | null;
  state: Field | null;
}

/**
 * The kinds of records that are entered about a record: those that may point to it by a link that leads to several entities.
 * What may point to its own kind is not entered about a record but made from it, as documents are from documents.
 */
export function activityKinds(metadata: Metadata, entity: Entity): ActivityKind[] {
  const kinds: ActivityKind[] = [];
  for (const other of metadata.entities) {
    const subject = other.fields.find((field) => field.type === "link_any" && field.to?.includes(entity.key));
    if (!subject || subject.required || subject.to?.includes(other.key) || other.kind !== "record" || !other.can.read) continue;
    const due = other.fields.find((field) => field.type === "instant" && !field.read_only && !field.system && (field.key === "due_at" || field.key === "starts_at")) ?? null;
    const state = other.fields.find((field) => field.key === "state" && field.type === "choice") ?? null;
    kinds.push({ entity: other, subject, due, state });
  }
  return kinds.sort((a, b) => a.entity.id - b.entity.id);
}

/** The option of a state that means «still to do», and the one that means «done». */
export function openState(state: Field | null): string | null {
  const open = state?.options?.find((option) => option.key === "planned") ?? state?.options?.[0];
  return open?.key ?? null;
}

export function doneState(state: Field | null): string | null {
  const done = state?.options?.find((option) => option.key === "done") ?? state?.options?.find((option) => option.color === "success");
  return done?.key ?? null;
}
