import { Button, Modal, Radio } from "@mantine/core";
import { useState } from "react";
import { FieldView } from "@web/fields/field-view";
import type { Changes } from "@web/lib/calls/save-record";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import type { Conflict } from "@web/records/edit/save-changes";

interface ConflictDialogProps {
  entity: Entity;
  conflict: Conflict;
  mine: Changes;
  onResolve: (chosen: Changes) => Promise<void>;
  onCancel: () => void;
}

/** Two people changed the same fields: each is settled by itself. */
export function ConflictDialog({ entity, conflict, mine, onResolve, onCancel }: ConflictDialogProps) {
  const [picks, setPicks] = useState<Record<string, "mine" | "theirs">>({});
  const fields = entity.fields.filter((field) => conflict.fields.includes(field.key));
  const who = conflict.current.updated_by?.title;
  const resolve = () => {
    const kept = Object.entries(mine).filter(([key]) => !conflict.fields.includes(key) || (picks[key] ?? "mine") === "mine");
    void onResolve(Object.fromEntries(kept));
  };
  return (
    <Modal opened onClose={onCancel} title={t("conflict.title")} size={560} zIndex={320} closeButtonProps={{ "aria-label": t("action.close") }}>
      <p className="muted" style={{ marginBottom: 12 }}>{who ? t("conflict.text_who", { who }) : t("conflict.text")}</p>
      {fields.map((field) => (
        <Radio.Group key={field.key} label={field.label} value={picks[field.key] ?? "mine"} onChange={(value) => setPicks({ ...picks, [field.key]: value as "mine" | "theirs" })} mb="md">
          <div style={{ display: "grid", gap: 8, marginTop: 6 }}>
            <Radio value="mine" label={<><strong>{t("conflict.mine")}</strong> <FieldView field={field} value={mine[field.key]} /></>} />
            <Radio value="theirs" label={<><strong>{t("conflict.theirs")}</strong> <FieldView field={field} value={conflict.current[field.key]} /></>} />
          </div>
        </Radio.Group>
      ))}
      <div style={{ display: "flex", gap: 8, justifyContent: "flex-end" }}>
        <Button variant="default" onClick={onCancel}>{t("conflict.keep_theirs")}</Button>
        <Button onClick={resolve} data-autofocus>{t("conflict.save")}</Button>
      </div>
    </Modal>
  );
}
