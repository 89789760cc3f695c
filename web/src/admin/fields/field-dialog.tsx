import { Button, Checkbox, Modal, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type ComponentType, type FormEvent } from "react";
import { draftOf, fieldPatch, fieldTexts, newFieldBody, type FieldDraft } from "@web/admin/fields/field-body";
import { FieldLimits, UniqueFlag } from "@web/admin/fields/field-limits";
import { FormulaEditor } from "@web/admin/fields/formula-editor";
import { OptionsEditor } from "@web/admin/fields/options-editor";
import { typeLabel } from "@web/admin/fields/type-label";
import classes from "@web/admin/shared/admin.module.css";
import { addField, changeField } from "@web/admin/shared/metadata-calls";
import { changeTexts, useTexts, type EntityTexts } from "@web/admin/shared/texts";
import { Waiting } from "@web/admin/shared/waiting";
import { WordsInput } from "@web/admin/shared/words-input";
import { creatableTypes, loadSettings } from "@web/fields/registry";
import type { SettingsProps } from "@web/fields/types";
import { currentLanguage, t } from "@web/lib/i18n";
import type { Entity, Field, FieldType } from "@web/lib/metadata-types";
import { messageOf, Problem, problemsByField } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";

interface FieldDialogProps {
  entity: Entity;
  /** Absent: a new one. */
  field?: Field | undefined;
  onClose: () => void;
}

const kChoices = new Set<FieldType>(["choice", "multi_choice"]);
const kShown = ["labels", "fields", "help", "type", "options", "required", "unique", "min", "max", "max_length", "filterable", "sortable", "expression", "result"];

/** A field from its name to its settings; it is there at once, in lists, filters and forms. */
export function FieldDialog({ entity, field, onClose }: FieldDialogProps) {
  const { data: texts, error } = useTexts(entity.key);
  return (
    <Modal opened onClose={onClose} title={field ? field.label : t("admin.field_new", { entity: entity.label.many })} size={600} closeButtonProps={{ "aria-label": t("action.close") }}>
      {texts || error ? <FieldForm entity={entity} field={field} texts={texts} onClose={onClose} /> : <Waiting rows={4} />}
    </Modal>
  );
}

function FieldForm({ entity, field, texts, onClose }: FieldDialogProps & { texts: EntityTexts | undefined }) {
  const [before] = useState(() => draftOf(field, texts));
  const [draft, setDraft] = useState<FieldDraft>(before);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [is_saving, setSaving] = useState(false);
  const { settings } = draft;
  const type = settings.type ?? "text";
  const { data: types = [] } = useQuery({ queryKey: ["field-types"], queryFn: creatableTypes, staleTime: Infinity });
  const { data: Settings } = useQuery({ queryKey: ["field-settings", type], queryFn: async () => ({ part: await loadSettings(type) }), staleTime: Infinity, structuralSharing: false });
  const errors = problemsByField(problem);
  const edit = (changes: Partial<FieldDraft>) => {
    setDraft((now) => ({ ...now, ...changes }));
    setProblem(null);
  };
  const change = (changes: Partial<Field>) => edit({ settings: { ...settings, ...changes } });
  const label = draft.words[currentLanguage()].trim();
  const save = async () => {
    if (!field) return addField(entity.key, newFieldBody(draft, entity.fields.map((one) => one.key)));
    const patch = fieldPatch(field, draft), words = fieldTexts(field.key, before, draft);
    if (Object.keys(patch).length > 0) await changeField(entity.key, field.key, patch);
    if (Object.keys(words).length > 0) await changeTexts(entity.key, words);
    return undefined;
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSaving(true);
    try {
      await save();
      showToast({ tone: "success", text: t(field ? "admin.saved" : "admin.field_added", { field: label, entity: entity.label.many }) });
      onClose();
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(500, { title: messageOf(error) }));
    }
    setSaving(false);
  };
  const is_choice = kChoices.has(type), is_formula = type === "formula";
  return (
    <form onSubmit={(event) => void submit(event)} className={classes.form} noValidate>
      <WordsInput label={t("admin.field_label")} value={draft.words} onChange={(words) => edit({ words })} is_required auto_focus error={errors.labels ?? errors.fields} />
      {field ? <p className="muted">{typeLabel(type)} · <code>{field.key}</code></p> : <Select label={t("admin.field_type")} data={types.map((one) => ({ value: one, label: typeLabel(one) })).sort((a, b) => a.label.localeCompare(b.label))} value={type} onChange={(next) => change({ type: (next ?? "text") as FieldType })} searchable allowDeselect={false} error={errors.type ?? null} />}
      {is_choice && <OptionsEditor options={draft.options} onChange={(options) => edit({ options })} error={errors.options} />}
      {is_formula && (!field || field.custom) && <FormulaEditor entity={entity} settings={settings} onChange={change} is_new={!field} error={errors.expression} />}
      {!field && !is_choice && !is_formula && Settings ? <TypeSettings part={Settings.part} settings={settings} onChange={change} /> : <FieldLimits settings={settings} onChange={change} errors={errors} />}
      {!is_formula && <Checkbox label={t("admin.field_required")} checked={settings.required ?? false} onChange={(event) => change({ required: event.currentTarget.checked })} error={errors.required ?? null} />}
      <UniqueFlag settings={settings} onChange={change} error={errors.unique} />
      <WordsInput label={t("admin.field_help")} placeholder={t("admin.field_help_hint")} value={draft.help} onChange={(help) => edit({ help })} error={errors.help} />
      {problem && !Object.keys(errors).some((key) => kShown.includes(key)) && <p role="alert" className={classes.error}>{[messageOf(problem), ...Object.values(errors)].join(" ")}</p>}
      <div className={classes.foot}>
        <Button variant="default" onClick={onClose}>{t("action.cancel")}</Button>
        <Button type="submit" loading={is_saving} disabled={label === ""}>{t(field ? "action.save" : "action.create")}</Button>
      </div>
    </form>
  );
}

function TypeSettings({ part: Part, ...rest }: SettingsProps & { part: ComponentType<SettingsProps> }) {
  return <Part {...rest} />;
}
