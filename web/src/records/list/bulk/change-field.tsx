import { Select } from "@mantine/core";
import { useEffect, useState } from "react";
import { FieldInput } from "@web/fields/field-input";
import { toWire } from "@web/fields/shared/multi/multi-items";
import type { BulkChange } from "@web/lib/calls/bulk";
import { t } from "@web/lib/i18n";
import type { Entity, Field } from "@web/lib/metadata-types";

interface ChangeFieldProps {
  entity: Entity;
  fields: Field[];
  onChange: (change: BulkChange | null) => void;
}

/** One field, one value for all. */
export function ChangeField({ entity, fields, onChange }: ChangeFieldProps) {
  const [key, setKey] = useState<string | null>(entity.owner ?? null);
  const [value, setValue] = useState<unknown>(null);
  const field = fields.find((one) => one.key === key);
  const wire = field ? toWire(field, value) : null;
  const text = JSON.stringify(wire);
  useEffect(() => onChange(key && fields.some((one) => one.key === key) ? { set: { [key]: JSON.parse(text) as unknown } } : null), [key, text]);
  return (
    <>
      <Select label={t("bulk.field")} data={fields.map((one) => ({ value: one.key, label: one.label }))} value={key} onChange={(next) => { setKey(next); setValue(null); }} searchable />
      {field && <FieldInput key={field.key} entity={entity} field={{ ...field, label: t("bulk.value") }} value={value} onChange={setValue} is_labelled />}
    </>
  );
}
