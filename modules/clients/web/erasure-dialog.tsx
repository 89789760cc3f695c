import { Button, Modal, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import { announce } from "@web/lib/live";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import type { AnyRecord } from "@web/lib/values";
import { readErasureScope, startErasure } from "./client-calls";

/** What would go for good, and why, before it goes. */
export function ErasureDialog({ entity, record, onClose }: { entity: Entity; record: AnyRecord; onClose: () => void }) {
  const metadata = useMetadata();
  const [reason, setReason] = useState("");
  const [is_running, setRunning] = useState(false);
  const { data, error } = useQuery({ queryKey: ["erasure", entity.key, record.id], queryFn: ({ signal }) => readErasureScope(entity.key, record.id, signal) });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setRunning(true);
    try {
      await startErasure(entity.key, record.id, reason);
      announce({ entity: entity.key, id: record.id, version: 0, action: "changed" });
      showToast({ tone: "success", text: t("web.personal.started") });
      onClose();
    } catch (problem) {
      showToast({ tone: "danger", text: messageOf(problem) });
      setRunning(false);
    }
  };
  const fields = (data?.fields ?? []).map((key) => metadata.field(entity, key)?.label ?? key).join(", ");
  return (
    <Modal opened onClose={onClose} title={t("web.personal.erase_title")} size={480} closeButtonProps={{ "aria-label": t("action.close") }}>
      <form onSubmit={(event) => void submit(event)} style={{ display: "grid", gap: 12 }}>
        <p>{t("web.personal.warning")}</p>
        {error && <p role="alert">{messageOf(error)}</p>}
        {data && <p className="muted">{t("web.personal.fields", { fields })}</p>}
        {data && Object.entries(data.related).map(([key, count]) => <p key={key} className="muted">{metadata.entity(key)?.label.many ?? key}: {count}</p>)}
        <TextInput label={t("web.personal.reason")} value={reason} onChange={(event) => setReason(event.currentTarget.value)} required />
        <div style={{ display: "flex", gap: 8, justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="submit" color="red" loading={is_running} disabled={!data || reason.trim() === ""}>{t("web.personal.erase")}</Button>
        </div>
      </form>
    </Modal>
  );
}
