import { Menu } from "@mantine/core";
import { IconCheck, IconStack2 } from "@tabler/icons-react";
import { IconButton } from "@web/kit/icon-button";
import { t } from "@web/lib/i18n";
import type { Entity, FieldType } from "@web/lib/metadata-types";

const kGroupable = new Set<FieldType>(["choice", "link", "user", "bool", "text", "date"]);

/** What the rows are gathered by. */
export function GroupMenu({ entity, group, onGroup }: { entity: Entity; group: string | null; onGroup: (key: string | null) => void }) {
  const fields = entity.fields.filter((field) => kGroupable.has(field.type) && field.filterable && !field.hidden && !field.system && field.key !== entity.title);
  if (fields.length === 0) return null;
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target><IconButton label={t("list.group")} is_pressed={group !== null}><IconStack2 size={18} /></IconButton></Menu.Target>
      <Menu.Dropdown mah={400} style={{ overflowY: "auto" }}>
        <Menu.Item leftSection={group === null ? <IconCheck size={15} /> : <span style={{ width: 15 }} />} onClick={() => onGroup(null)}>{t("list.no_group")}</Menu.Item>
        {fields.map((field) => <Menu.Item key={field.key} leftSection={group === field.key ? <IconCheck size={15} /> : <span style={{ width: 15 }} />} onClick={() => onGroup(field.key)}>{field.label}</Menu.Item>)}
      </Menu.Dropdown>
    </Menu>
  );
}
