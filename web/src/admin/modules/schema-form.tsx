import { Button, NativeSelect, NumberInput, Switch, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import classes from "@web/admin/shared/admin.module.css";
import { useTask } from "@web/admin/shared/use-task";
import { api } from "@web/lib/api";
import { hasText, t } from "@web/lib/i18n";
import { Problem, problemsByField } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";

export interface SettingSchema {
  type: "boolean" | "integer" | "number" | "string" | "array" | "object";
  default?: unknown;
  "enum"?: unknown[];
  minimum?: number;
  maximum?: number;
}

export interface ModuleSettings {
  schema: { properties?: Record<string, SettingSchema> };
  values: Record<string, unknown>;
}

/** The text of a setting is its module's: `web.settings.<module>.<key>`; without one the key is shown as words. */
export function settingLabel(module: string, key: string): string {
  const text = `web.settings.${module}.${key}`;
  return hasText(text) ? t(text) : key.replaceAll("_", " ");
}

interface SchemaFormProps {
  module: string;
  title: string;
  settings: ModuleSettings;
  onSaved: () => void;
}

/** A form drawn from a JSON schema: switches, numbers, texts, choices, lists. */
export function SchemaForm({ module, title, settings, onSaved }: SchemaFormProps) {
  const [changed, setChanged] = useState<Record<string, unknown>>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const [run, is_running] = useTask();
  const errors = problemsByField(problem);
  const values = { ...settings.values, ...changed };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      try {
        // Settings without a value are left to their default.
        await api.put(`/settings/${module}`, Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== "")));
        setChanged({});
        setProblem(null);
        showToast({ tone: "success", text: t("admin.saved") });
        onSaved();
      } catch (error) {
        if (!(error instanceof Problem) || error.errors.length === 0) throw error;
        setProblem(error);
      }
    });
  };
  return (
    <form onSubmit={submit} className={`${classes.panel} ${classes.form}`} style={{ maxWidth: 620 }} noValidate>
      <h2>{title}</h2>
      {Object.entries(settings.schema.properties ?? {}).map(([key, schema]) => (
        <Setting key={key} label={settingLabel(module, key)} schema={schema} value={values[key]} error={errors[key]} onChange={(value) => { setChanged((before) => ({ ...before, [key]: value })); setProblem(null); }} />
      ))}
      <div className={classes.foot}><Button type="submit" loading={is_running} disabled={Object.keys(changed).length === 0}>{t("action.save")}</Button></div>
    </form>
  );
}

function Setting({ label, schema, value, error, onChange }: { label: string; schema: SettingSchema; value: unknown; error: string | undefined; onChange: (value: unknown) => void }) {
  const common = { label, error: error ?? null };
  if (schema.enum) return <NativeSelect {...common} data={schema.enum.map(String)} value={String(value ?? "")} onChange={(event) => onChange(schema.enum?.find((one) => String(one) === event.currentTarget.value))} />;
  if (schema.type === "boolean") return <Switch {...common} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />;
  if (schema.type === "integer" || schema.type === "number") {
    return <NumberInput {...common} maw={220} allowDecimal={schema.type === "number"} {...(schema.minimum === undefined ? {} : { min: schema.minimum })} {...(schema.maximum === undefined ? {} : { max: schema.maximum })} value={typeof value === "number" ? value : ""} onChange={(next) => onChange(next === "" ? null : Number(next))} />;
  }
  if (schema.type === "array") return <TagsInput {...common} value={Array.isArray(value) ? value.map(String) : []} onChange={onChange} />;
  if (schema.type === "object") return <JsonSetting {...common} value={value} onChange={onChange} />;
  return <TextInput {...common} value={typeof value === "string" ? value : ""} onChange={(event) => onChange(event.currentTarget.value)} />;
}

function JsonSetting({ label, error, value, onChange }: { label: string; error: string | null; value: unknown; onChange: (value: unknown) => void }) {
  const [typed, setTyped] = useState(() => JSON.stringify(value ?? {}, null, 2));
  const [is_bad, setBad] = useState(false);
  const change = (text: string) => {
    setTyped(text);
    try {
      onChange(JSON.parse(text));
      setBad(false);
    } catch {
      setBad(true);
    }
  };
  return <Textarea label={label} error={is_bad ? t("admin.not_json") : error} rows={5} value={typed} onChange={(event) => change(event.currentTarget.value)} styles={{ input: { fontFamily: "ui-monospace, monospace" } }} />;
}
