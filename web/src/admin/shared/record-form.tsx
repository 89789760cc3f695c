import { Button, Modal } from "@mantine/core";
import { Fragment, useState, type FormEvent, type ReactNode } from "react";
import classes from "@web/admin/shared/admin.module.css";
import { refreshRecords } from "@web/admin/shared/use-records";
import { toWire } from "@web/fields/shared/multi/multi-items";
import { createRecord, patchRecord } from "@web/lib/calls/save-record";
import { t } from "@web/lib/i18n";
import type { Entity, Field } from "@web/lib/metadata-types";
import { messageOf, Problem, problemsByField } from "@web/lib/problem";
import { isBlank, type AnyRecord } from "@web/lib/values";
import { FormFields } from "@web/records/form/form-fields";
import { useFieldRules } from "@web/records/form/use-field-rules";

export interface ControlProps {
  label: string;
  value: unknown;
  onChange: (value: unknown) => void;
  error: string | undefined;
}

const kNoControls: Record<string, (props: ControlProps) => ReactNode> = {};

interface RecordFormProps {
  entity: Entity;
  /** Absent: a new one. */
  record?: AnyRecord | null;
  fields: string[];
  initial?: Record<string, unknown>;
  extra?: ReactNode;
  /** Fields that this form draws by itself, below the others. */
  controls?: Record<string, (props: ControlProps) => ReactNode>;
  /** Runs before the form says it is done; may throw a Problem, whose errors are shown. */
  afterSave?: (record: AnyRecord) => Promise<void>;
  onDone: (record: AnyRecord) => void;
  onCancel?: () => void;
}

/** Some fields of one record with the server's errors at them; only what changed is sent. */
export function RecordForm({ entity, record, fields, initial = {}, extra, controls = kNoControls, afterSave, onDone, onCancel }: RecordFormProps) {
  const [changed, setChanged] = useState<Record<string, unknown>>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const [is_saving, setSaving] = useState(false);
  const values: Record<string, unknown> = { ...(record ?? initial), ...changed };
  const rules = useFieldRules(entity, values);
  const shown = [...fields, ...Object.keys(controls)].map((key) => entity.fields.find((field) => field.key === key)).filter((field): field is Field => field !== undefined);
  const errors = problemsByField(problem);
  const change = (key: string, value: unknown) => {
    setChanged((before) => ({ ...before, [key]: value }));
    setProblem(null);
  };
  const rest = problem && problem.errors.every((error) => !shown.some((field) => error.path.startsWith(field.key))) ? messageOf(problem) : null;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSaving(true);
    setProblem(null);
    const source = record ? changed : values;
    const wire: Record<string, unknown> = {};
    for (const field of shown) {
      if (!(field.key in source)) continue;
      const value = toWire(field, source[field.key]);
      if (record || !isBlank(value)) wire[field.key] = value;
    }
    try {
      const saved = record ? await patchRecord(entity.plural, record.id, record.version, wire) : await createRecord(entity.plural, wire);
      await afterSave?.(saved);
      await refreshRecords(entity.key);
      setChanged({});
      onDone(saved);
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(500, { title: messageOf(error) }));
    }
    setSaving(false);
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className={classes.form}>
      <FormFields entity={entity} fields={shown.filter((field) => !controls[field.key])} values={values} errors={errors} rules={rules} onChange={change} />
      {shown.filter((field) => controls[field.key] && (rules.isVisible(field.key) || errors[field.key])).map((field) => <Fragment key={field.key}>{controls[field.key]?.({ label: field.label, value: values[field.key], onChange: (value) => change(field.key, value), error: errors[field.key] })}</Fragment>)}
      {extra}
      {rest && <p role="alert" className={classes.error}>{rest}</p>}
      <div className={classes.foot}>
        {onCancel && <Button variant="default" onClick={onCancel}>{t("action.cancel")}</Button>}
        <Button type="submit" loading={is_saving}>{t(record ? "action.save" : "action.create")}</Button>
      </div>
    </form>
  );
}

/** The same form in a dialog. */
export function RecordDialog({ title, onClose, ...form }: RecordFormProps & { title: string; onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title={title} size={480} closeButtonProps={{ "aria-label": t("action.close") }}>
      <RecordForm {...form} onCancel={onClose} />
    </Modal>
  );
}
