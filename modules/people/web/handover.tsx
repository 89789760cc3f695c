import { Button } from "@mantine/core";
import { IconUserShare } from "@tabler/icons-react";
import { useState } from "react";
import { useMe } from "@web/lib/calls/me";
import { t } from "@web/lib/i18n";
import type { CardWidgetProps } from "@web/lib/widgets";
import { HandoverDialog } from "./handover-dialog";

/** On the card of a user: what he answers for goes to others. */
export function Handover({ record }: CardWidgetProps) {
  const me = useMe();
  const [is_open, setOpen] = useState(false);
  if (!me.is_admin && me.user.id !== record.id) return null;
  return (
    <>
      <Button size="xs" variant="default" leftSection={<IconUserShare size={15} />} onClick={() => setOpen(true)}>{t("web.handover.open")}</Button>
      {is_open && <HandoverDialog user={record} onClose={() => setOpen(false)} />}
    </>
  );
}
