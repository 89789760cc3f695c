import { Menu } from "@mantine/core";
import { IconDots, IconDownload, IconFileUpload, IconHistory } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { IconButton } from "@web/kit/icon-button";
import { LazyMenu } from "@web/kit/lazy-menu";
import type { Query } from "@web/lib/filter";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { LaterExport } from "@web/records/export/later-export";

/** What is done with a list as a whole: a file in, a file out. */
export function ListMenu({ entity, query }: { entity: Entity; query: Query }) {
  const navigate = useNavigate();
  const [is_exporting, setExporting] = useState(false);
  const can_import = entity.kind === "record" && entity.can.create;
  const can_export = entity.can.export !== false;
  if (!can_import && !can_export) return null;
  return (
    <>
      <LazyMenu position="bottom-end" width={240} target={<IconButton label={t("list.menu")}><IconDots size={18} /></IconButton>}>
        {() => <>
          {can_import && <Menu.Item leftSection={<IconFileUpload size={16} />} onClick={() => void navigate({ to: "/imports/new", search: { entity: entity.key } as never })}>{t("list.import")}</Menu.Item>}
          {can_import && <Menu.Item leftSection={<IconHistory size={16} />} onClick={() => void navigate({ to: "/imports" })}>{t("list.imports")}</Menu.Item>}
          {can_export && <Menu.Item leftSection={<IconDownload size={16} />} onClick={() => setExporting(true)}>{t("list.export")}</Menu.Item>}
        </>}
      </LazyMenu>
      {is_exporting && <LaterExport entity={entity} query={query} onClose={() => setExporting(false)} />}
    </>
  );
}
