import { Button } from "@mantine/core";
import { useState, type FormEvent, type KeyboardEvent } from "react";
import { FieldInput } from "@web/fields/field-input";
import { RichEditor } from "@web/fields/shared/rich/rich-editor";
import { Segments } from "@web/kit/segments";
import { createRecord } from "@web/lib/calls/save-record";
import { useDraft } from "@web/lib/drafts";
import { t } from "@web/lib/i18n";
import { announce } from "@web/lib/live";
import type { Entity, Field } from "@web/lib/metadata-types";
import { messageOf, Problem, problemsByField } from "@web/lib/problem";
import { isBlank, type AnyRecord } from "@web/lib/values";
import classes from "@web/records/card/timeline.module.css";
import { canEdit } from "@web/records/edit/editable-value";
import { createFields, wireValues } from "@web/records/form/create-form";
import { FormFields } from "@web/records/form/form-fields";
import { useFieldRules } from "@web/records/form/use-field-rules";
import { doneState, type ActivityKind } from "@web/records/next-step";

interface ActivityFormProps {
  kind: ActivityKind;
  /** The kind that the next step is planned as. */
  next: ActivityKind | null;
  entity: Entity;
  record: AnyRecord;
  onDone: () => void;
}

type Tense = "planned" | "done";

function fieldsOf(entity: Entity, keys: string[]): Field[] {
  return keys.map((key) => entity.fields.find((field) => field.key === key)).filter((field) => field !== undefined);
}

/** Kinds with an outcome (a call) are mostly entered after the fact, others before it; the last choice is remembered. */
function usualTense(kind: ActivityKind): Tense {
  const remembered = localStorage.getItem(`matvey.tense.${kind.entity.key}`);
  if (remembered === "planned" || remembered === "done") return remembered;
  return kind.entity.fields.some((field) => field.key === "outcome") ? "done" : "planned";
}

function askedFields(kind: ActivityKind, tense: Tense): Field[] {
  const keys = createFields(kind.entity, [kind.subject.key, kind.state?.key ?? "", kind.entity.owner ?? ""]);
  if (tense === "planned" || !kind.state) return fieldsOf(kind.entity, keys);
  const past = ["outcome", "result"].filter((key) => kind.entity.fields.some((field) => field.key === key));
  return fieldsOf(kind.entity, [...keys.filter((key) => key !== kind.due?.key), ...past]);
}

/** Enters one activity, planned or done; what was done may name its next step at once. */
export function ActivityForm({ kind, next, entity, record, onDone }: ActivityFormProps) {
  const draft_key = `compose.${entity.key}.${record.id}.${kind.entity.key}`;
  const [values, setValues, clear] = useDraft<Record<string, unknown>>(draft_key, {});
  const [step, setStep, clearStep] = useDraft<{ title: string; at: string | null }>(`${draft_key}.next`, { title: "", at: null });
  const [tense, setTense] = useState<Tense>(() => (kind.state ? usualTense(kind) : "planned"));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [is_saving, setSaving] = useState(false);
  const rules = useFieldRules(kind.entity, values);
  const fields = askedFields(kind, tense);
  const lone = fields.length === 1 && (fields[0]?.type === "rich_text" || fields[0]?.type === "long_text") ? fields[0] : null;
  const files = kind.entity.fields.find((field) => field.type === "file" && !field.hidden && canEdit(kind.entity, field) && !fields.includes(field));
  const subject = { id: record.id, title: String(record[entity.title] ?? ""), entity: entity.key };
  const asks_next = tense === "done" && kind.state !== null && next?.due !== null && next?.due !== undefined;
  const set = (key: string, value: unknown) => {
    setValues({ ...values, [key]: value });
    setProblem(null);
  };
  const choose = (chosen: Tense) => {
    localStorage.setItem(`matvey.tense.${kind.entity.key}`, chosen);
    setTense(chosen);
  };
  const create = async (of: ActivityKind, content: Record<string, unknown>) => {
    const made = await createRecord(of.entity.plural, wireValues(of.entity, { ...content, [of.subject.key]: subject }), { allow_duplicates: true });
    announce({ entity: of.entity.key, id: made.id, version: made.version, action: "created" });
  };
  const save = async () => {
    const is_blank = fields.every((field) => isBlank(values[field.key]));
    if (is_blank && tense === "planned") return;
    setSaving(true);
    try {
      // A call needs no name of its own to be entered.
      const title = isBlank(values[kind.entity.title]) && !lone ? { [kind.entity.title]: kind.entity.label.one } : {};
      const state = kind.state && tense === "done" ? { [kind.state.key]: doneState(kind.state) } : {};
      await create(kind, { ...values, ...title, ...state });
      if (asks_next && next?.due && (step.title.trim() || step.at)) await create(next, { [next.entity.title]: step.title.trim() || next.entity.label.one, [next.due.key]: step.at });
      announce({ entity: entity.key, id: record.id, version: 0, action: "updated" });
      clear();
      clearStep();
      onDone();
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(500, { title: messageOf(error) }));
    }
    setSaving(false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void save();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      onDone();
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save();
  };
  const errors = problemsByField(problem);
  const is_unplaced = problem !== null && Object.keys(errors).every((key) => lone !== null || !fields.some((field) => field.key === key));
  return (
    <form className={classes.composer} noValidate onSubmit={submit} onKeyDown={onKeyDown}>
      {kind.state && kind.due && <Segments label={t("composer.tense")} value={tense} onChange={choose} options={[{ value: "planned", label: t("composer.planned") }, { value: "done", label: t("composer.done") }]} />}
      {lone ? <RichEditor label={lone.label} html={String(values[lone.key] ?? "")} onChange={(html) => set(lone.key, html)} auto_focus placeholder={t("composer.prompt")} />
        : <FormFields entity={kind.entity} fields={fields} values={values} errors={errors} rules={rules} onChange={set} focus={tense === "done" ? fields.at(-1)?.key : undefined} />}
      {asks_next && next?.due && (
        <fieldset className={classes.next}>
          <legend>{t("composer.next")}</legend>
          <FieldInput entity={next.entity} field={{ ...titleField(next.entity), label: t("composer.next_title") }} value={step.title} onChange={(title) => setStep({ ...step, title: String(title ?? "") })} />
          <FieldInput entity={next.entity} field={{ ...next.due, label: t("composer.next_at") }} value={step.at} onChange={(at) => setStep({ ...step, at: at as string | null })} />
        </fieldset>
      )}
      {files && <FieldInput entity={kind.entity} field={files} value={values[files.key] ?? null} record={values} error={errors[files.key]} onChange={(value) => set(files.key, value)} />}
      {is_unplaced && problem && <p role="alert" style={{ color: "var(--danger)" }}>{problem.is_offline ? t("shell.offline") : messageOf(problem)}</p>}
      <div className={classes.foot}>
        <Button type="submit" size="xs" loading={is_saving}>{t("action.save")}</Button>
        <Button size="xs" variant="subtle" color="gray" onClick={onDone}>{t("action.cancel")}</Button>
        <span className={`${classes.keys} muted`}>{t("composer.keys")}</span>
      </div>
    </form>
  );
}

function titleField(entity: Entity): Field {
  return entity.fields.find((field) => field.key === entity.title) ?? { key: entity.title, id: 0, type: "text", label: "" };
}
