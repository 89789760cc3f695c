import { Checkbox, NumberInput } from "@mantine/core";
import { kBoundTypes, kLengthTypes, kUniqueTypes } from "@web/admin/fields/field-body";
import classes from "@web/admin/shared/admin.module.css";
import type { SettingsProps } from "@web/fields/types";
import { t } from "@web/lib/i18n";
import type { FieldType } from "@web/lib/metadata-types";

const kSortable = new Set<FieldType>(["text", "integer", "decimal", "money", "percent", "date", "instant", "duration", "user", "url"]);

interface FieldLimitsProps extends SettingsProps {
  errors: Record<string, string>;
}

/** What may still be changed of a field that exists: limits hold for what is written from then on. */
export function FieldLimits({ settings, onChange, errors }: FieldLimitsProps) {
  const type = settings.type ?? "text";
  const bound = (key: "min" | "max") => <NumberInput label={t(`settings.field_${key}`)} value={settings[key] ?? ""} onChange={(value) => onChange({ [key]: value === "" ? null : String(value) })} error={errors[key] ?? null} />;
  return (
    <>
      {kBoundTypes.has(type) && <div className={classes.pair}>{bound("min")}{bound("max")}</div>}
      {kLengthTypes.has(type) && <NumberInput label={t("settings.field_max_length")} maw={240} min={1} max={1_000_000} value={settings.max_length ?? ""} onChange={(value) => onChange({ max_length: value === "" ? null : Number(value) })} error={errors.max_length ?? null} />}
      <Checkbox label={t("settings.field_filterable")} checked={settings.filterable ?? false} onChange={(event) => onChange({ filterable: event.currentTarget.checked })} error={errors.filterable ?? null} />
      {kSortable.has(type) && <Checkbox label={t("settings.field_sortable")} checked={settings.sortable ?? false} onChange={(event) => onChange({ sortable: event.currentTarget.checked })} error={errors.sortable ?? null} />}
    </>
  );
}

/** «No two records with the same value», where a type can promise it. */
export function UniqueFlag({ settings, onChange, error }: SettingsProps & { error: string | undefined }) {
  if (!kUniqueTypes.has(settings.type ?? "text")) return null;
  return <Checkbox label={t("admin.field_unique")} checked={settings.unique ?? false} onChange={(event) => onChange({ unique: event.currentTarget.checked })} error={error ?? null} />;
}
