import { Button } from "@mantine/core";
import { useState } from "react";
import { DateControl } from "@web/fields/shared/date/date-control";
import { kRelativeDays, relativeDays, relativeText } from "@web/fields/shared/date/relative-dates";
import { NumberControl } from "@web/fields/shared/number-control";
import type { FilterProps } from "@web/fields/types";
import { Segments } from "@web/kit/segments";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";

/** A named day or period, so many days from today, or a date; two dates for «between». */
export function DateFilter({ field, op, value, onChange }: FilterProps) {
  const entity = useMetadata().entities[0] as Entity;
  const is_exact = typeof value === "string" && /^\d{4}/.test(value);
  const [mode, setMode] = useState<"named" | "distance" | "exact">(is_exact ? "exact" : relativeDays(value) === null ? "named" : "distance");
  const day = { ...field, type: "date" as const };
  if (op === "between") {
    const [from, to] = Array.isArray(value) ? (value as unknown[]) : [null, null];
    return (
      <div style={{ display: "grid", gap: 8 }}>
        <DateControl has_time={false} input={{ entity, field: { ...day, label: t("filter.from") }, value: from, onChange: (next) => onChange([next, to ?? null]), is_labelled: true, auto_focus: true }} />
        <DateControl has_time={false} input={{ entity, field: { ...day, label: t("filter.to") }, value: to, onChange: (next) => onChange([from ?? null, next]), is_labelled: true }} />
      </div>
    );
  }
  return (
    <div style={{ display: "grid", gap: 8 }}>
      <Segments
        label={t("filter.date_mode")} value={mode} onChange={setMode}
        options={[{ value: "named", label: t("filter.date_named") }, { value: "distance", label: t("filter.date_distance") }, { value: "exact", label: t("filter.date_exact") }]}
      />
      {mode === "named" && (
        <div style={{ display: "flex", flexWrap: "wrap", gap: 4 }}>
          {kRelativeDays.map((name) => <Button key={name} size="compact-sm" variant={value === name ? "filled" : "light"} color={value === name ? "rye" : "gray"} fw={400} aria-pressed={value === name} onClick={() => onChange(name)}>{relativeText(name)}</Button>)}
        </div>
      )}
      {mode === "distance" && <NumberControl is_integer right={t("filter.days_short")} input={{ entity, field: { ...field, label: t("filter.days_from_today") }, is_labelled: true, auto_focus: true, value: relativeDays(value), onChange: (days) => onChange(days === null ? null : { relative: days, unit: "day" }) }} />}
      {mode === "exact" && <DateControl has_time={false} input={{ entity, field: day, value: is_exact ? value : null, onChange, auto_focus: true }} />}
    </div>
  );
}
