import { Checkbox, NumberInput } from "@mantine/core";
import type { SettingsProps } from "@web/fields/types";
import { t } from "@web/lib/i18n";
import type { Field } from "@web/lib/metadata-types";

type Flag = "filterable" | "sortable" | "multiple";
type Part = Flag | "max_length" | "scale" | "min" | "max";

/** The usual properties of a field, each type choosing which it has. */
export function SettingParts({ settings, onChange, parts }: SettingsProps & { parts: Part[] }) {
  const number = (key: "max_length" | "scale", limit: number) => (
    <NumberInput key={key} label={t(`settings.field_${key}`)} min={0} max={limit} value={settings[key] ?? ""} onChange={(value) => onChange({ [key]: value === "" ? null : Number(value) } as Partial<Field>)} />
  );
  const bound = (key: "min" | "max") => (
    <NumberInput key={key} label={t(`settings.field_${key}`)} value={settings[key] ?? ""} onChange={(value) => onChange({ [key]: value === "" ? null : String(value) } as Partial<Field>)} />
  );
  const flag = (key: Flag) => <Checkbox key={key} label={t(`settings.field_${key}`)} checked={settings[key] ?? false} onChange={(event) => onChange({ [key]: event.currentTarget.checked })} />;
  return (
    <>
      {parts.map((part) => {
        if (part === "max_length") return number(part, 100_000);
        if (part === "scale") return number(part, 9);
        return part === "min" || part === "max" ? bound(part) : flag(part);
      })}
    </>
  );
}
