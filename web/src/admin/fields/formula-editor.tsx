import { Button, Select, Textarea } from "@mantine/core";
import { IconChecks } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { typeLabel } from "@web/admin/fields/type-label";
import classes from "@web/admin/shared/admin.module.css";
import { checkFormula, type FormulaCheck } from "@web/admin/shared/metadata-calls";
import { useTask } from "@web/admin/shared/use-task";
import type { SettingsProps } from "@web/fields/types";
import { t } from "@web/lib/i18n";
import type { Entity, FieldType } from "@web/lib/metadata-types";
import { Problem, problemsByField } from "@web/lib/problem";

const kResults: FieldType[] = ["text", "integer", "decimal", "money", "percent", "bool", "date", "instant", "duration"];

interface FormulaEditorProps extends SettingsProps {
  entity: Entity;
  is_new: boolean;
  error: string | undefined;
}

function sampleText(value: unknown): string {
  if (value === null || value === undefined) return t("admin.formula_nothing");
  if (typeof value === "boolean") return t(value ? "value.yes" : "value.no");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The text of a formula, names of fields to put into it, and what it gives for a few records before it is saved. */
export function FormulaEditor({ entity, settings, onChange, is_new, error }: FormulaEditorProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const [check, setCheck] = useState<FormulaCheck | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [run, is_running] = useTask();
  const expression = settings.expression ?? "";
  const set = (next: string) => {
    onChange({ expression: next });
    setCheck(null);
    setFault(null);
  };
  const insert = (key: string | null) => {
    if (!key) return;
    const at = area.current?.selectionStart ?? expression.length, to = area.current?.selectionEnd ?? at;
    set(`${expression.slice(0, at)}${key}${expression.slice(to)}`);
    area.current?.focus();
  };
  const look = () => void run(async () => {
    setCheck(null);
    try {
      setCheck(await checkFormula(entity.key, expression));
      setFault(null);
    } catch (failure) {
      if (!(failure instanceof Problem) || failure.errors.length === 0) throw failure;
      setFault(problemsByField(failure).expression ?? failure.message);
    }
  });
  return (
    <div className={classes.form}>
      <Textarea ref={area} label={t("settings.field_expression")} description={t("settings.field_expression_help")} required autosize minRows={3} value={expression} onChange={(event) => set(event.currentTarget.value)} error={error ?? fault} styles={{ input: { fontFamily: "ui-monospace, monospace" } }} />
      <div className={classes.bar}>
        <Select aria-label={t("admin.formula_insert")} placeholder={t("admin.formula_insert")} size="xs" w={220} searchable value={null} data={entity.fields.filter((field) => !field.hidden && field.type !== "json").map((field) => ({ value: field.key, label: field.label }))} onChange={insert} />
        <Button size="compact-sm" variant="default" leftSection={<IconChecks size={16} />} loading={is_running} disabled={expression.trim() === ""} onClick={look}>{t("admin.formula_check")}</Button>
      </div>
      {check && (
        <div role="status" className={classes.note}>
          <strong>{t("admin.formula_right")}</strong>
          {check.samples.length === 0 ? <p className="muted">{t("admin.formula_no_records")}</p> : <ul>{check.samples.map((sample, at) => <li key={at}><span className="muted">{sample.record?.title ?? `№ ${sample.record?.id ?? ""}`}:</span> {sampleText(sample.value)}</li>)}</ul>}
        </div>
      )}
      {is_new && <Select label={t("admin.field_result")} data={kResults.map((one) => ({ value: one, label: typeLabel(one) }))} value={settings.result ?? "text"} onChange={(result) => onChange({ result: result as FieldType })} allowDeselect={false} />}
    </div>
  );
}
