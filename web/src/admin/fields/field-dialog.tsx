import { Button, Checkbox, Modal, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type ComponentType, type FormEvent } from "react";
import { fieldPatch, labelsOf, newFieldBody } from "@web/admin/fields/field-body";
import { OptionsEditor } from "@web/admin/fields/options-editor";
import classes from "@web/admin/shared/admin.module.css";
import { addField, changeField } from "@web/admin/shared/metadata-calls";
import { creatableTypes, loadSettings } from "@web/fields/registry";
import type { SettingsProps } from "@web/fields/types";
import { currentLanguage, t, type TextKey } from "@web/lib/i18n";
import type { Entity, Field, FieldType } from "@web/lib/metadata-types";
import { messageOf, Problem, problemsByField } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";

interface FieldDialogProps {
  entity: Entity;
  /** Absent: a new one. */
  field?: Field | undefined;
  onClose: () => void;
}

const kResults: FieldType[] = ["text", "integer", "decimal", "money", "percent", "bool", "date", "instant", "duration"];
const kChoices = new Set<FieldType>(["choice", "multi_choice"]);

export function typeLabel(type: FieldType): string {
  return t(`admin.type_${type}` as TextKey);
}

/** A field from its name to its settings; it is there at once, in lists, filters and forms. */
export function FieldDialog({ entity, field, onClose }: FieldDialogProps) {
  const language = currentLanguage();
  const [label, setLabel] = useState(field?.label ?? "");
  const [other, setOther] = useState("");
  const [settings, setSettings] = useState<Partial<Field>>(field ?? { type: "text", filterable: true });
  const [problem, setProblem] = useState<Problem | null>(null);
  const [is_saving, setSaving] = useState(false);
  const type = settings.type ?? "text";
  const { data: types = [] } = useQuery({ queryKey: ["field-types"], queryFn: creatableTypes, staleTime: Infinity });
  const { data: Settings } = useQuery({ queryKey: ["field-settings", type], queryFn: async () => ({ part: await loadSettings(type) }), staleTime: Infinity, structuralSharing: false });
  const errors = problemsByField(problem);
  const known = ["labels", "key", "type", "options", "required", "to", "expression", "result"];
  const change = (changes: Partial<Field>) => {
    setSettings((before) => ({ ...before, ...changes }));
    setProblem(null);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSaving(true);
    try {
      if (field) await changeField(entity.key, field.key, fieldPatch(field, settings, label, other, language));
      else await addField(entity.key, newFieldBody(settings, labelsOf(language, label, other), entity.fields.map((one) => one.key), language));
      showToast({ tone: "success", text: t(field ? "admin.saved" : "admin.field_added", { field: label, entity: entity.label.many }) });
      onClose();
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(500, { title: messageOf(error) }));
    }
    setSaving(false);
  };
  return (
    <Modal opened onClose={onClose} title={field ? field.label : t("admin.field_new", { entity: entity.label.many })} size={560} closeButtonProps={{ "aria-label": t("action.close") }}>
      <form onSubmit={(event) => void submit(event)} className={classes.form} noValidate>
        <TextInput label={t("admin.field_label")} data-autofocus required value={label} onChange={(event) => { setLabel(event.currentTarget.value); setProblem(null); }} error={errors.labels ?? errors.key ?? null} />
        <TextInput label={t(language === "ru" ? "admin.label_en" : "admin.label_ru")} value={other} onChange={(event) => setOther(event.currentTarget.value)} />
        {!field && <Select label={t("admin.field_type")} data={types.map((one) => ({ value: one, label: typeLabel(one) })).sort((a, b) => a.label.localeCompare(b.label))} value={type} onChange={(next) => change({ type: (next ?? "text") as FieldType })} searchable allowDeselect={false} error={errors.type ?? null} />}
        <Checkbox label={t("admin.field_required")} checked={settings.required ?? false} onChange={(event) => change({ required: event.currentTarget.checked })} error={errors.required ?? null} />
        {kChoices.has(type) && <OptionsEditor options={settings.options ?? []} onChange={(options) => change({ options })} error={errors.options} />}
        {!field && type === "formula" && <Select label={t("admin.field_result")} data={kResults.map((one) => ({ value: one, label: typeLabel(one) }))} value={settings.result ?? "text"} onChange={(result) => change({ result: result as FieldType })} allowDeselect={false} error={errors.result ?? null} />}
        {field || kChoices.has(type) ? <Flags settings={settings} onChange={change} is_choice={kChoices.has(type)} /> : Settings && <TypeSettings part={Settings.part} settings={settings} onChange={change} />}
        {(errors.expression || errors.to) && <p role="alert" className={classes.error}>{errors.expression ?? errors.to}</p>}
        {problem && !Object.keys(errors).some((key) => known.includes(key)) && <p role="alert" className={classes.error}>{[messageOf(problem), ...Object.values(errors)].join(" ")}</p>}
        <div className={classes.foot}>
          <Button variant="default" onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="submit" loading={is_saving} disabled={label.trim() === ""}>{t(field ? "action.save" : "action.create")}</Button>
        </div>
      </form>
    </Modal>
  );
}

function Flags({ settings, onChange, is_choice }: SettingsProps & { is_choice: boolean }) {
  return (
    <>
      <Checkbox label={t("settings.field_filterable")} checked={settings.filterable ?? false} onChange={(event) => onChange({ filterable: event.currentTarget.checked })} />
      {!is_choice && <Checkbox label={t("settings.field_sortable")} checked={settings.sortable ?? false} onChange={(event) => onChange({ sortable: event.currentTarget.checked })} />}
    </>
  );
}

function TypeSettings({ part: Part, ...rest }: SettingsProps & { part: ComponentType<SettingsProps> }) {
  return <Part {...rest} />;
}
