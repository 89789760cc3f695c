import { Button, Modal, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import classes from "@web/admin/shared/admin.module.css";
import { purgeField } from "@web/admin/shared/metadata-calls";
import { useTask } from "@web/admin/shared/use-task";
import { t } from "@web/lib/i18n";
import type { Entity, Field } from "@web/lib/metadata-types";
import { showToast } from "@web/lib/toasts";

/** The one thing here that cannot be undone: asked for by typing the field's name. */
export function PurgeDialog({ entity, field, onClose }: { entity: Entity; field: Field; onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const [run, is_running] = useTask();
  const is_named = typed.trim().toLowerCase() === field.label.trim().toLowerCase();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      await purgeField(entity.key, field.key);
      showToast({ tone: "success", text: t("admin.field_purged", { field: field.label }) });
      onClose();
    });
  };
  return (
    <Modal opened onClose={onClose} title={t("admin.field_purge_title", { field: field.label })} size={460} closeButtonProps={{ "aria-label": t("action.close") }}>
      <form onSubmit={submit} className={classes.form} noValidate>
        <p>{t("admin.field_purge_text")}</p>
        <TextInput label={t("admin.field_purge_confirm", { field: field.label })} data-autofocus autoComplete="off" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
        <div className={classes.foot}>
          <Button variant="default" onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="submit" color="red" disabled={!is_named} loading={is_running}>{t("admin.field_purge")}</Button>
        </div>
      </form>
    </Modal>
  );
}
