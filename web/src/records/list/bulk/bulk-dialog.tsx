import { Button, Modal, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { FieldInput } from "@web/fields/field-input";
import { toWire } from "@web/fields/shared/multi/multi-items";
import { useDebounced } from "@web/kit/use-debounced";
import { previewBulk, type BulkChange, type BulkTarget } from "@web/lib/calls/bulk";
import { t, tn } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import { canEdit } from "@web/records/edit/editable-value";

interface BulkDialogProps {
  entity: Entity;
  target: BulkTarget;
  onRun: (change: BulkChange) => void;
  onClose: () => void;
}

/** One field, one value, and how many records it will change before anything is written. */
export function BulkDialog({ entity, target, onRun, onClose }: BulkDialogProps) {
  const fields = entity.fields.filter((field) => canEdit(entity, field) && !field.hidden);
  const [key, setKey] = useState<string | null>(entity.owner ?? null);
  const [value, setValue] = useState<unknown>(null);
  const field = fields.find((one) => one.key === key);
  const change: BulkChange | null = field ? { set: { [field.key]: toWire(field, value) } } : null;
  const asked = useDebounced(JSON.stringify(change), 300);
  const { data, error } = useQuery({
    queryKey: ["bulk-preview", entity.plural, target, asked], enabled: change !== null, retry: false,
    queryFn: ({ signal }) => previewBulk(entity.plural, target, JSON.parse(asked) as BulkChange, signal),
  });
  const total = data?.total ?? (typeof data?.count === "number" ? data.count : data?.count?.value);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (change) onRun(change);
  };
  return (
    <Modal opened onClose={onClose} title={t("bulk.change_title")} size={460} closeButtonProps={{ "aria-label": t("action.close") }}>
      <form onSubmit={submit} style={{ display: "grid", gap: 12 }}>
        <Select label={t("bulk.field")} data={fields.map((one) => ({ value: one.key, label: one.label }))} value={key} onChange={(next) => { setKey(next); setValue(null); }} searchable />
        {field && <FieldInput key={field.key} entity={entity} field={{ ...field, label: t("bulk.value") }} value={value} onChange={setValue} is_labelled />}
        <p className="muted" role="status">{error ? messageOf(error) : total === undefined ? t("bulk.counting") : tn("bulk.will_change", total)}</p>
        <div style={{ display: "flex", gap: 8, justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="submit" disabled={!change || Boolean(error)}>{t("bulk.run")}</Button>
        </div>
      </form>
    </Modal>
  );
}
