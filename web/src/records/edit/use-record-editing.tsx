import { useCallback, useState, type ReactNode } from "react";
import type { Changes } from "@web/lib/calls/save-record";
import type { Entity } from "@web/lib/metadata-types";
import type { Problem } from "@web/lib/problem";
import type { AnyRecord } from "@web/lib/values";
import { ConflictDialog } from "@web/records/edit/conflict-dialog";
import { MissingFieldsDialog } from "@web/records/edit/missing-fields-dialog";
import { saveChanges, type Conflict } from "@web/records/edit/save-changes";

/** Saves changes of a record; null when the person gave up in a dialog. Throws Problem for errors at the changed fields themselves. */
export type SaveRecord = (record: AnyRecord, changes: Changes) => Promise<AnyRecord | null>;

type Question =
  | { kind: "conflict"; conflict: Conflict; changes: Changes; answer: (record: AnyRecord | null) => void }
  | { kind: "missing"; record: AnyRecord; changes: Changes; problem: Problem; answer: (record: AnyRecord | null) => void };

/** Saving with everything that may come between: a conflict by field, other fields that a rule now requires. */
export function useRecordEditing(entity: Entity): { save: SaveRecord; dialogs: ReactNode } {
  const [question, setQuestion] = useState<Question | null>(null);
  const save = useCallback<SaveRecord>(async (record, changes) => {
    const outcome = await saveChanges(entity, record, changes);
    if (outcome.kind === "saved") return outcome.record;
    if (outcome.kind === "conflict") {
      return new Promise((answer) => setQuestion({ kind: "conflict", conflict: outcome.conflict, changes, answer }));
    }
    const { problem } = outcome;
    const others = problem.errors.filter((error) => !((error.path.split(/[.[]/)[0] ?? "") in changes));
    if (others.length === 0 || others.length < problem.errors.length) throw problem;
    return new Promise((answer) => setQuestion({ kind: "missing", record, changes, problem, answer }));
  }, [entity]);
  const finish = (record: AnyRecord | null) => {
    question?.answer(record);
    setQuestion(null);
  };
  const dialogs = (
    <>
      {question?.kind === "conflict" && (
        <ConflictDialog
          entity={entity} conflict={question.conflict} mine={question.changes} onCancel={() => finish(question.conflict.current)}
          onResolve={async (chosen) => finish(Object.keys(chosen).length > 0 ? await save(question.conflict.current, chosen) : question.conflict.current)}
        />
      )}
      {question?.kind === "missing" && (
        <MissingFieldsDialog entity={entity} record={question.record} changes={question.changes} problem={question.problem} onCancel={() => finish(null)} onSaved={finish} />
      )}
    </>
  );
  return { save, dialogs };
}
