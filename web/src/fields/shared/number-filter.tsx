import { NumberControl } from "@web/fields/shared/number-control";
import type { FilterProps } from "@web/fields/types";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";

/** One number, or two for «between». Amounts of money are compared in the base currency. */
export function NumberFilter({ field, op, value, onChange }: FilterProps) {
  const entity = useMetadata().entities[0] as Entity;
  if (op !== "between") return <NumberControl input={{ entity, field, value, onChange, auto_focus: true }} />;
  const [from, to] = Array.isArray(value) ? (value as unknown[]) : [value ?? null, null];
  return (
    <div style={{ display: "flex", gap: 8 }}>
      <NumberControl input={{ entity, field: { ...field, label: t("filter.from") }, value: from, onChange: (next) => onChange([next, to ?? null]), auto_focus: true }} />
      <NumberControl input={{ entity, field: { ...field, label: t("filter.to") }, value: to, onChange: (next) => onChange([from ?? null, next]) }} />
    </div>
  );
}
