import { Button } from "@mantine/core";
import { useState, type FormEvent, type KeyboardEvent } from "react";
import { RichEditor } from "@web/fields/shared/rich-editor";
import { EntityIcon } from "@web/kit/entity-icon";
import { useMetadata } from "@web/lib/calls/metadata";
import { createRecord } from "@web/lib/calls/save-record";
import { useDraft } from "@web/lib/drafts";
import { t } from "@web/lib/i18n";
import { announce } from "@web/lib/live";
import type { Entity, Field } from "@web/lib/metadata-types";
import { messageOf, Problem, problemsByField } from "@web/lib/problem";
import { isBlank, type AnyRecord } from "@web/lib/values";
import classes from "@web/records/card/timeline.module.css";
import { createFields, wireValues } from "@web/records/form/create-form";
import { FormFields } from "@web/records/form/form-fields";
import { useFieldRules } from "@web/records/form/use-field-rules";
import { activityKinds, type ActivityKind } from "@web/records/next-step";

interface ComposerProps {
  entity: Entity;
  record: AnyRecord;
  /** The kind that is being written; null while the composer rests. */
  kind_key: string | null;
  onKind: (key: string | null) => void;
}

/** Enters a call, a note, a task … about the record without leaving it. What is typed outlives a lost connection. */
export function Composer({ entity, record, kind_key, onKind }: ComposerProps) {
  const kinds = activityKinds(useMetadata(), entity).filter((kind) => kind.entity.can.create);
  const kind = kinds.find((one) => one.entity.key === kind_key);
  if (kinds.length === 0) return null;
  return (
    <div className={classes.composer}>
      <div className={classes.kinds} role="group" aria-label={t("composer.what")}>
        {kinds.map((one) => (
          <button key={one.entity.key} type="button" aria-pressed={one.entity.key === kind_key} onClick={() => onKind(one.entity.key === kind_key ? null : one.entity.key)}>
            <EntityIcon name={one.entity.icon} size={16} />{one.entity.label.one}
          </button>
        ))}
      </div>
      {kind && <ActivityForm key={kind.entity.key} kind={kind} entity={entity} record={record} onDone={() => onKind(null)} />}
    </div>
  );
}

function askedFields(kind: ActivityKind): Field[] {
  const keys = createFields(kind.entity, [kind.subject.key]);
  return keys.map((key) => kind.entity.fields.find((field) => field.key === key)).filter((field) => field !== undefined);
}

function ActivityForm({ kind, entity, record, onDone }: { kind: ActivityKind; entity: Entity; record: AnyRecord; onDone: () => void }) {
  const [values, setValues, clear] = useDraft<Record<string, unknown>>(`compose.${entity.key}.${record.id}.${kind.entity.key}`, {});
  const [problem, setProblem] = useState<Problem | null>(null);
  const [is_saving, setSaving] = useState(false);
  const rules = useFieldRules(kind.entity, values);
  const fields = askedFields(kind);
  const is_lone_text = fields.length === 1 && (fields[0]?.type === "rich_text" || fields[0]?.type === "long_text");
  const subject = { id: record.id, title: String(record[entity.title] ?? ""), entity: entity.key };
  const set = (key: string, value: unknown) => {
    setValues({ ...values, [key]: value });
    setProblem(null);
  };
  const save = async () => {
    if (fields.every((field) => isBlank(values[field.key]))) return;
    setSaving(true);
    try {
      const made = await createRecord(kind.entity.plural, wireValues(kind.entity, { ...values, [kind.subject.key]: subject }), { allow_duplicates: true });
      announce({ entity: kind.entity.key, id: made.id, version: made.version, action: "created" });
      announce({ entity: entity.key, id: record.id, version: record.version, action: "updated" });
      clear();
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
  return (
    <form className={classes.composer} noValidate onSubmit={submit} onKeyDown={onKeyDown}>
      {is_lone_text && fields[0] ? (
        <RichEditor label={fields[0].label} html={String(values[fields[0].key] ?? "")} onChange={(html) => set(fields[0]?.key ?? "", html)} auto_focus placeholder={t("composer.prompt")} />
      ) : <FormFields entity={kind.entity} fields={fields} values={values} errors={errors} rules={rules} onChange={set} />}
      {problem && Object.keys(errors).every((key) => is_lone_text || !fields.some((field) => field.key === key)) && (
        <p role="alert" style={{ color: "var(--danger)" }}>{problem.is_offline ? t("shell.offline") : messageOf(problem)}</p>
      )}
      <div className={classes.foot}>
        <Button type="submit" size="xs" loading={is_saving}>{t("action.save")}</Button>
        <Button size="xs" variant="subtle" color="gray" onClick={onDone}>{t("action.cancel")}</Button>
        <span className="muted" style={{ fontSize: 12 }}>{t("composer.keys")}</span>
      </div>
    </form>
  );
}
