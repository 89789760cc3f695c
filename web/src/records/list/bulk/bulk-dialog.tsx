import { Button, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useDebounced } from "@web/kit/use-debounced";
import { Segments } from "@web/kit/segments";
import { previewBulk, type BulkChange, type BulkTarget } from "@web/lib/calls/bulk";
import { t, tn } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import { canEdit } from "@web/records/edit/editable-value";
import classes from "@web/records/list/bulk/bulk-bar.module.css";
import { ChangeField } from "@web/records/list/bulk/change-field";
import { ChangeTags } from "@web/records/list/bulk/change-tags";
import { MergeValues, mergeableFields } from "@web/records/list/bulk/merge-values";

interface BulkDialogProps {
  entity: Entity;
  target: BulkTarget;
  onRun: (change: BulkChange) => void;
  onClose: () => void;
}

type Deed = "field" | "tags" | "values";

/** A value for all, tags more or less, or one spelling for many; and how many records it will change before anything is written. */
export function BulkDialog({ entity, target, onRun, onClose }: BulkDialogProps) {
  const fields = entity.fields.filter((field) => canEdit(entity, field) && !field.hidden);
  const tags = fields.filter((field) => field.type === "tags");
  const mergeable = mergeableFields(entity, fields);
  const deeds: Deed[] = ["field", ...(tags.length > 0 ? ["tags" as const] : []), ...(mergeable.length > 0 ? ["values" as const] : [])];
  const [deed, setDeed] = useState<Deed>("field");
  const [change, setChange] = useState<BulkChange | null>(null);
  const asked = useDebounced(JSON.stringify(change), 300);
  const { data, error } = useQuery({
    queryKey: ["bulk-preview", entity.plural, target, asked], enabled: change !== null && asked !== "null", retry: false,
    queryFn: ({ signal }) => previewBulk(entity.plural, target, JSON.parse(asked) as BulkChange, signal),
  });
  const total = data?.total ?? (typeof data?.count === "number" ? data.count : data?.count?.value);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (change) onRun(change);
  };
  return (
    <Modal opened onClose={onClose} title={t("bulk.change_title")} size={500} closeButtonProps={{ "aria-label": t("action.close") }}>
      <form onSubmit={submit} className={classes.form}>
        {deeds.length > 1 && <Segments label={t("bulk.deed")} value={deed} options={deeds.map((one) => ({ value: one, label: t(`bulk.deed_${one}`) }))} onChange={(next) => { setDeed(next); setChange(null); }} />}
        {deed === "field" && <ChangeField entity={entity} fields={fields} onChange={setChange} />}
        {deed === "tags" && <ChangeTags fields={tags} onChange={setChange} />}
        {deed === "values" && <MergeValues entity={entity} fields={mergeable} target={target} onChange={setChange} />}
        <p className="muted" role="status">{error ? messageOf(error) : change === null ? t("bulk.choose") : total === undefined ? t("bulk.counting") : tn("bulk.will_change", total)}</p>
        <div className={classes.foot}>
          <Button variant="default" onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="submit" disabled={!change || Boolean(error)}>{t("bulk.run")}</Button>
        </div>
      </form>
    </Modal>
  );
}
