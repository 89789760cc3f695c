import { Checkbox, Popover } from "@mantine/core";
import { IconColumns3 } from "@tabler/icons-react";
import { useState } from "react";
import { IconButton } from "@web/kit/icon-button";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { FieldPicker } from "@web/records/filter/field-picker";
import type { Column } from "@web/records/list/table/columns";

interface ColumnMenuProps {
  entity: Entity;
  columns: Column[];
  onChoose: (paths: string[]) => void;
}

/** Which columns are shown; new ones also from the records behind links. Order and width are changed in the head of the list. */
export function ColumnMenu({ entity, columns, onChoose }: ColumnMenuProps) {
  const [is_open, setOpen] = useState(false);
  const paths = columns.map((column) => column.path);
  return (
    <Popover opened={is_open} onChange={setOpen} position="bottom-end" trapFocus returnFocus>
      <Popover.Target><IconButton label={t("list.columns")} onClick={() => setOpen(!is_open)}><IconColumns3 size={18} /></IconButton></Popover.Target>
      <Popover.Dropdown p={10}>
        <div style={{ display: "grid", gap: 6, marginBottom: 10 }}>
          {columns.map((column) => (
            <Checkbox key={column.path} size="xs" label={column.label} checked disabled={column.path === entity.title} onChange={() => onChoose(paths.filter((path) => path !== column.path))} />
          ))}
        </div>
        <FieldPicker entity={entity} placeholder={t("list.add_column")} accepts={(field) => field.type !== "rich_text"} without={paths} onPick={(path) => { if (!paths.includes(path)) onChoose([...paths, path]); }} />
      </Popover.Dropdown>
    </Popover>
  );
}
