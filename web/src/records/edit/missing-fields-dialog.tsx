import { Button, Modal } from "@mantine/core";
import { useState, type FormEvent } from "react";
import type { Changes } from "@web/lib/calls/save-record";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf, Problem, problemsByField } from "@web/lib/problem";
import type { AnyRecord } from "@web/lib/values";
import { saveChanges } from "@web/records/edit/save-changes";
import { FormFields } from "@web/records/form/form-fields";

interface MissingFieldsDialogProps {
  entity: Entity;
  record: AnyRecord;
  changes: Changes;
  problem: Problem;
  onSaved: (record: AnyRecord) => void;
  onCancel: () => void;
}

const kEverything = { isVisible: () => true, isRequired: () => true };

/** A change that needs more: asks for the fields the server named and saves all together. */
export function MissingFieldsDialog({ entity, record, changes, problem, onSaved, onCancel }: MissingFieldsDialogProps) {
  const [values, setValues] = useState<Changes>({});
  const [latest, setLatest] = useState(problem);
  const [is_saving, setSaving] = useState(false);
  const [wanted, setWanted] = useState(() => Object.keys(problemsByField(problem)));
  const fields = entity.fields.filter((field) => wanted.includes(field.key));
  const errors = problemsByField(latest);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSaving(true);
    try {
      const outcome = await saveChanges(entity, record, { ...changes, ...values });
      if (outcome.kind === "saved") onSaved(outcome.record);
      else if (outcome.kind === "refused") {
        setLatest(outcome.problem);
        setWanted((before) => [...new Set([...before, ...Object.keys(problemsByField(outcome.problem))])]);
      } else onCancel();
    } catch (error) {
      setLatest(new Problem(500, { title: messageOf(error) }));
    }
    setSaving(false);
  };
  return (
    <Modal opened onClose={onCancel} title={t("missing.title")} size={480} zIndex={310} closeButtonProps={{ "aria-label": t("action.close") }}>
      <form onSubmit={(event) => void submit(event)} noValidate style={{ display: "grid", gap: 16 }}>
        <FormFields entity={entity} fields={fields} values={{ ...record, ...changes, ...values }} errors={latest === problem ? {} : errors} rules={kEverything} onChange={(key, value) => setValues({ ...values, [key]: value })} />
        {latest.errors.length === 0 && <p role="alert" style={{ color: "var(--danger)" }}>{messageOf(latest)}</p>}
        <div style={{ display: "flex", gap: 8, justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onCancel}>{t("action.cancel")}</Button>
          <Button type="submit" loading={is_saving}>{t("action.save")}</Button>
        </div>
      </form>
    </Modal>
  );
}
