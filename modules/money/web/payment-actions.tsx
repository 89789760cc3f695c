import { Button } from "@mantine/core";
import { IconArrowBackUp, IconBan } from "@tabler/icons-react";
import { useState } from "react";
import { t } from "@web/lib/i18n";
import { announce } from "@web/lib/live";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import type { CardWidgetProps } from "@web/lib/widgets";
import type { Money } from "@web/lib/values";
import { movePayment } from "./money-calls";

/** Taking an allocation back, cancelling. */
export function PaymentActions({ entity, record }: CardWidgetProps) {
  const [is_busy, setBusy] = useState(false);
  const [is_sure, setSure] = useState(false);
  if (!entity.can.update || record.state !== "posted") return null;
  const allocated = record.allocated_amount as Money | null;
  const move = async (action: "unallocate" | "cancel") => {
    setBusy(true);
    try {
      await movePayment(record.id, action);
      announce({ entity: "payment", id: record.id, version: 0, action: "changed" });
    } catch (problem) {
      showToast({ tone: "danger", text: messageOf(problem) });
    }
    setBusy(false);
    setSure(false);
  };
  return (
    <>
      {allocated && Number(allocated.amount) > 0 && <Button size="xs" variant="default" loading={is_busy} leftSection={<IconArrowBackUp size={15} />} onClick={() => void move("unallocate")}>{t("web.money.unallocate")}</Button>}
      {!is_sure && <Button size="xs" variant="default" disabled={is_busy} leftSection={<IconBan size={15} />} onClick={() => setSure(true)}>{t("web.money.cancel")}</Button>}
      {is_sure && <Button size="xs" color="red" loading={is_busy} onClick={() => void move("cancel")}>{t("web.money.cancel_sure")}</Button>}
    </>
  );
}
