import { Button, Menu } from "@mantine/core";
import { IconDownload, IconEraser, IconShieldLock } from "@tabler/icons-react";
import { useState } from "react";
import { useMe } from "@web/lib/calls/me";
import { t } from "@web/lib/i18n";
import type { CardWidgetProps } from "@web/lib/widgets";
import { ErasureDialog } from "./erasure-dialog";

/** What the law gives a person: everything kept about him as a file, and that it goes. Administrators do it. */
export function PersonalData({ entity, record }: CardWidgetProps) {
  const me = useMe();
  const [is_erasing, setErasing] = useState(false);
  if (!me.is_admin) return null;
  return (
    <>
      <Menu position="bottom-start">
        <Menu.Target><Button size="xs" variant="default" leftSection={<IconShieldLock size={15} />}>{t("web.personal.menu")}</Button></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconDownload size={15} />} component="a" href={`/api/v1/personal-data?entity=${entity.key}&id=${record.id}&format=zip`} download>{t("web.personal.export")}</Menu.Item>
          <Menu.Item color="red" leftSection={<IconEraser size={15} />} onClick={() => setErasing(true)}>{t("web.personal.erase")}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {is_erasing && <ErasureDialog entity={entity} record={record} onClose={() => setErasing(false)} />}
    </>
  );
}
