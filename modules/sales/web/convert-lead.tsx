import { Button } from "@mantine/core";
import { IconArrowBackUp, IconArrowsExchange } from "@tabler/icons-react";
import { useState } from "react";
import { t } from "@web/lib/i18n";
import { announce } from "@web/lib/live";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import type { CardWidgetProps } from "@web/lib/widgets";
import { ConvertDialog } from "./convert-dialog";
import { undoConversion } from "./sales-calls";

/** A lead becomes a client and a deal, or comes back from that. */
export function ConvertLead({ entity, record }: CardWidgetProps) {
  const [is_open, setOpen] = useState(false);
  const [is_running, setRunning] = useState(false);
  if (!entity.can.update) return null;
  const undo = async () => {
    setRunning(true);
    try {
      await undoConversion(record.id);
      announce({ entity: entity.key, id: record.id, version: 0, action: "changed" });
      showToast({ tone: "success", text: t("web.convert.undone") });
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
    }
    setRunning(false);
  };
  if (record.status === "converted") return <Button size="xs" variant="default" leftSection={<IconArrowBackUp size={15} />} loading={is_running} onClick={() => void undo()}>{t("web.convert.undo")}</Button>;
  return (
    <>
      <Button size="xs" leftSection={<IconArrowsExchange size={15} />} onClick={() => setOpen(true)}>{t("web.convert.open")}</Button>
      {is_open && <ConvertDialog record={record} onClose={() => setOpen(false)} />}
    </>
  );
}
