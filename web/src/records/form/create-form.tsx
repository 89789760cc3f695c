import { Button } from "@mantine/core";
import { useState, type FormEvent, type KeyboardEvent } from "react";
import { toWire } from "@web/fields/shared/multi/multi-items";
import { createRecord } from "@web/lib/calls/save-record";
import { useDraft } from "@web/lib/drafts";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf, Problem, problemsByField } from "@web/lib/problem";
import { isBlank, type AnyRecord } from "@web/lib/values";
import { DuplicateNotice } from "@web/records/form/duplicate-notice";
import { FormFields } from "@web/records/form/form-fields";
import { FormSlot } from "@web/records/form/form-slot";
import { useDuplicates } from "@web/records/form/use-duplicates";
import { useFieldRules } from "@web/records/form/use-field-rules";

interface CreateFormProps {
  entity: Entity;
  initial: Record<string, unknown>;
  /** Fields not asked for, because the caller knows them. */
  known?: string[];
  onCreated: (record: AnyRecord) => void;
  onCancel: () => void;
}

/** The keys a new record is asked for: what the card names, and what is required beside it. */
export function createFields(entity: Entity, known: string[] = []): string[] {
  const named = entity.card?.create?.length ? entity.card.create : [entity.title];
  const required = entity.fields.filter((field) => field.required && !field.read_only && !field.system && isBlank(field.default)).map((field) => field.key);
  return [...new Set([...named, ...required])].filter((key) => !known.includes(key));
}

export function wireValues(entity: Entity, values: Record<string, unknown>): Record<string, unknown> {
  const wire: Record<string, unknown> = {};
  for (const field of entity.fields) {
    if (!(field.key in values)) continue;
    const value = toWire(field, values[field.key]);
    if (!isBlank(value)) wire[field.key] = value;
  }
  return wire;
}

/** The short form of a new record: three questions, the rest on the card. Shows duplicates while they are being typed. */
export function CreateForm({ entity, initial, known = [], onCreated, onCancel }: CreateFormProps) {
  const [draft, setDraft, clearDraft] = useDraft<Record<string, unknown>>(`create.${entity.key}`, {});
  const values = { ...initial, ...draft };
  const [problem, setProblem] = useState<Problem | null>(null);
  const [is_saving, setSaving] = useState(false);
  const fields = createFields(entity, known).map((key) => entity.fields.find((field) => field.key === key)).filter((field) => field !== undefined);
  const rules = useFieldRules(entity, values);
  const typed_duplicates = useDuplicates(entity, wireValues(entity, values));
  const duplicates = problem?.has_duplicates ? problem.candidates : typed_duplicates;
  const errors = problemsByField(problem);
  const rest = problem && !problem.has_duplicates && problem.errors.every((error) => !fields.some((field) => error.path.startsWith(field.key))) ? messageOf(problem) : null;

  const save = async (allow_duplicates: boolean) => {
    setSaving(true);
    setProblem(null);
    try {
      const record = await createRecord(entity.plural, wireValues(entity, values), { allow_duplicates });
      clearDraft();
      onCreated(record);
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(500, { title: messageOf(error) }));
    }
    setSaving(false);
  };
  const submit = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    void save(duplicates.length > 0);
  };
  return (
    <form onSubmit={submit} onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event); }} noValidate style={{ display: "grid", gap: 16 }}>
      <FormFields entity={entity} fields={fields} values={values} errors={errors} rules={rules} onChange={(key, value) => { setDraft({ ...draft, [key]: value }); setProblem(null); }} />
      <FormSlot entity={entity} values={values} onFill={(filled) => { setDraft({ ...draft, ...filled }); setProblem(null); }} />
      {duplicates.length > 0 && <DuplicateNotice entity={entity} candidates={duplicates} />}
      {rest && <p role="alert" style={{ color: "var(--danger)" }}>{rest}</p>}
      <div style={{ display: "flex", gap: 8, justifyContent: "flex-end" }}>
        <Button variant="default" onClick={onCancel}>{t("action.cancel")}</Button>
        <Button type="submit" loading={is_saving}>{t(duplicates.length > 0 ? "create.anyway" : "create.submit")}</Button>
      </div>
    </form>
  );
}
