import { Segments } from "@web/kit/segments";
import { kBoolOperators } from "@web/fields/shared/filter-kinds";
import type { FilterProps } from "@web/fields/types";
import { t } from "@web/lib/i18n";

export const operators = kBoolOperators;

export function Filter({ field, value, onChange }: FilterProps) {
  return (
    <Segments
      label={field.label} value={value === false ? "false" : "true"} onChange={(next) => onChange(next === "true")}
      options={[{ value: "true", label: t("value.yes") }, { value: "false", label: t("value.no") }]}
    />
  );
}
