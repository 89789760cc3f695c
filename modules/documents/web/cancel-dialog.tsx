import { Button, Modal, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { t } from "@web/lib/i18n";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import type { CardWidgetProps } from "@web/lib/widgets";
import { moveDocument } from "./document-calls";

/** Cancelling is said with a reason; the number stays. */
export function CancelDialog({ entity, record, onClose, onDone }: CardWidgetProps & { onClose: () => void; onDone: () => void }) {
  const [reason, setReason] = useState("");
  const [is_saving, setSaving] = useState(false);
  const cancel = async (event: FormEvent) => {
    event.preventDefault();
    setSaving(true);
    try {
      await moveDocument(entity.plural, record.id, "cancel", { reason });
      onDone();
      onClose();
    } catch (problem) {
      showToast({ tone: "danger", text: messageOf(problem) });
      setSaving(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={t("web.documents.cancel_title")} closeButtonProps={{ "aria-label": t("action.close") }}>
      <form onSubmit={(event) => void cancel(event)}>
        <TextInput label={t("web.documents.reason")} value={reason} onChange={(event) => setReason(event.currentTarget.value)} maxLength={500} data-autofocus />
        <p className="muted">{t("web.documents.cancel_note")}</p>
        <div style={{ display: "flex", gap: 8, justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose}>{t("action.close")}</Button>
          <Button type="submit" color="red" loading={is_saving}>{t("web.documents.cancel")}</Button>
        </div>
      </form>
    </Modal>
  );
}
