import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { undoJob } from "@web/lib/calls/bulk";
import type { Import } from "@web/lib/calls/imports";
import { t } from "@web/lib/i18n";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";

/** A question, for what is undone does not come again by itself. */
export function UndoDialog({ current, onStarted, onClose }: { current: Import; onStarted: () => void; onClose: () => void }) {
  const [is_running, setRunning] = useState(false);
  const run = async () => {
    setRunning(true);
    try {
      await undoJob(current.job?.id ?? 0);
      onStarted();
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
      setRunning(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={t("import.undo_title")} size={440} closeButtonProps={{ "aria-label": t("action.close") }}>
      <p>{t("import.undo_text")}</p>
      <div style={{ display: "flex", gap: 8, justifyContent: "flex-end", marginTop: 16 }}>
        <Button variant="default" onClick={onClose}>{t("action.cancel")}</Button>
        <Button data-autofocus loading={is_running} onClick={() => void run()}>{t("import.undo")}</Button>
      </div>
    </Modal>
  );
}
