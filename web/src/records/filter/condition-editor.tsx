import { NativeSelect } from "@mantine/core";
import { useEffect, useState } from "react";
import { drawnType, loadedFilter, loadFilter } from "@web/fields/registry";
import type { FilterModule } from "@web/fields/types";
import { needsValue, type Condition, type Operator } from "@web/lib/filter";
import { t } from "@web/lib/i18n";
import type { Field } from "@web/lib/metadata-types";
import { operatorText } from "@web/records/filter/condition-text";

interface ConditionEditorProps {
  field: Field;
  condition: Condition;
  onChange: (condition: Condition) => void;
}

/** Keeps what fits of a value when the operator changes its shape. */
export function reshaped(value: unknown, op: Operator): unknown {
  const is_list = ["in", "not_in", "any_of", "all_of", "none_of"].includes(op);
  if (!needsValue(op)) return undefined;
  if (is_list) return Array.isArray(value) ? value : value === null || value === undefined ? [] : [value];
  if (op === "between") return Array.isArray(value) ? value.slice(0, 2) : [value ?? null, null];
  return Array.isArray(value) ? (value[0] ?? null) : (value ?? null);
}

/** Operator and value of one condition, by the type of its field. */
export function ConditionEditor({ field, condition, onChange }: ConditionEditorProps) {
  const type = drawnType(field);
  const [module, setModule] = useState<FilterModule | undefined>(() => loadedFilter(type));
  useEffect(() => {
    void loadFilter(type).then(setModule);
  }, [type]);
  if (!module) return <div style={{ width: 240, height: 80 }} aria-busy="true" />;
  const operators = module.operators.includes(condition.op) ? module.operators : [condition.op, ...module.operators];
  const set = (op: Operator) => onChange(needsValue(op) ? { field: condition.field, op, value: reshaped(condition.value, op) } : { field: condition.field, op });
  const { Filter } = module;
  return (
    <div style={{ display: "grid", gap: 8, minWidth: 240, maxWidth: 320 }}>
      {operators.length > 1 && <NativeSelect aria-label={t("filter.operator", { field: field.label })} value={condition.op} onChange={(event) => set(event.currentTarget.value as Operator)} data={operators.map((op) => ({ value: op, label: operatorText(op, field) }))} />}
      {needsValue(condition.op) && <Filter field={field} op={condition.op} value={condition.value ?? null} onChange={(value) => onChange({ ...condition, value })} />}
    </div>
  );
}
