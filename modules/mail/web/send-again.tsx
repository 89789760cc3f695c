import { Button } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import { useState } from "react";
import { api } from "@web/lib/api";
import { readRecordQuery } from "@web/lib/calls/read-record";
import { t } from "@web/lib/i18n";
import { messageOf } from "@web/lib/problem";
import { query_client } from "@web/lib/query-client";
import { showToast } from "@web/lib/toasts";
import type { AnyRecord } from "@web/lib/values";
import type { CardWidgetProps } from "@web/lib/widgets";

/** Puts a letter that did not go out into the queue anew. */
export function SendAgain({ entity, record }: CardWidgetProps) {
  const [is_busy, setBusy] = useState(false);
  if (!entity.can.update || record.state !== "failed") return null;
  const send = async () => {
    setBusy(true);
    try {
      query_client.setQueryData(readRecordQuery(entity.plural, record.id).queryKey, await api.post<AnyRecord>(`/${entity.plural}/${record.id}:send-again`));
      showToast({ tone: "success", text: t("web.mail.queued_again") });
    } catch (problem) {
      showToast({ tone: "danger", text: messageOf(problem) });
    }
    setBusy(false);
  };
  return <Button size="xs" variant="default" loading={is_busy} leftSection={<IconSend size={15} />} onClick={() => void send()}>{t("web.mail.send_again")}</Button>;
}
