import { Button, Checkbox, Modal, Radio, Select } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { exportRecords, type ExportOptions } from "@web/lib/calls/export-records";
import type { Query } from "@web/lib/filter";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import classes from "@web/records/export/export-dialog.module.css";

export interface ExportDialogProps {
  entity: Entity;
  /** What the list shows; its fields are the columns in view. */
  query: Query;
  is_selection?: boolean;
  onClose: () => void;
}

type Format = ExportOptions["format"];
const kExtensions: Record<Format, string> = { xlsx: "xlsx", csv: "csv", vcard: "vcf" };
const kUnread = new Set(["file", "image", "json"]);

/** A list as a file: which form, which fields, and whether it is to come back edited. */
export function ExportDialog({ entity, query, is_selection = false, onClose }: ExportDialogProps) {
  const [format, setFormat] = useState<Format>("xlsx");
  const [columns, setColumns] = useState<"shown" | "all">("shown");
  const [for_editing, setForEditing] = useState(false);
  const [is_running, setRunning] = useState(false);
  const has_cards = entity.fields.some((field) => field.type === "phone" || field.type === "email");
  const formats = (["xlsx", "csv", ...(has_cards ? ["vcard" as const] : [])] as Format[]).map((one) => ({ value: one, label: t(`export.${one}`) }));
  const is_table = format !== "vcard";
  const fields = columns === "shown" ? (query.fields ?? []).filter((key) => key !== "version") : entity.fields.filter((field) => !field.hidden && !kUnread.has(field.type)).map((field) => field.key);
  const run = async () => {
    setRunning(true);
    const { fields: _fields, ...rest } = query;
    try {
      const is_edited = is_table && for_editing;
      // A table for editing holds every field that can be written: the server knows which.
      await exportRecords(entity.plural, is_edited ? rest : { ...rest, fields }, `${entity.plural}.${kExtensions[format]}`, { format, labels: true, for_editing: is_edited });
      onClose();
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
      setRunning(false);
    }
  };
  const submit = (event: FormEvent) => { event.preventDefault(); void run(); };
  return (
    <Modal opened onClose={onClose} title={t("export.title", { entity: entity.label.many })} size={440} closeButtonProps={{ "aria-label": t("action.close") }}>
      <form onSubmit={submit} className={classes.form}>
        <p className="muted">{t(is_selection ? "export.selected" : "export.filtered")}</p>
        <Select data-autofocus label={t("export.format")} data={formats} value={format} onChange={(next) => next && setFormat(next as Format)} allowDeselect={false} />
        {is_table && (
          <>
            <Checkbox label={t("export.for_editing")} description={t("export.for_editing_text")} checked={for_editing} onChange={(event) => setForEditing(event.currentTarget.checked)} />
            {!for_editing && (
              <Radio.Group label={t("export.columns")} value={columns} onChange={(next) => setColumns(next as "shown" | "all")}>
                <div className={classes.choices}>{(["shown", "all"] as const).map((one) => <Radio key={one} value={one} label={t(`export.columns_${one}`)} />)}</div>
              </Radio.Group>
            )}
          </>
        )}
        <div className={classes.foot}>
          <Button variant="default" onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="submit" loading={is_running}>{t("export.run")}</Button>
        </div>
      </form>
    </Modal>
  );
}
