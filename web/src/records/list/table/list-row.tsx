import { Checkbox } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { memo, type MouseEvent } from "react";
import { FieldView } from "@web/fields/field-view";
import { Avatar } from "@web/kit/avatar";
import { usePhone } from "@web/kit/use-phone";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { titleOf } from "@web/lib/title-of";
import type { AnyRecord } from "@web/lib/values";
import { canEdit } from "@web/records/edit/editable-value";
import type { SaveRecord } from "@web/records/edit/use-record-editing";
import { CellEditor } from "@web/records/list/table/cell-editor";
import { DueBadge } from "@web/records/due-badge";
import { kNextStepField } from "@web/records/next-step";
import { isParty } from "@web/records/record-picture";
import { PhoneRow } from "@web/records/list/table/phone-row";
import { isNumeric, valueAt, type Column } from "@web/records/list/table/columns";
import classes from "@web/records/list/table/list-table.module.css";

export interface ListRowProps {
  entity: Entity;
  columns: Column[];
  template: string;
  index: number;
  record: AnyRecord | undefined;
  is_active: boolean;
  is_open: boolean;
  is_selected: boolean;
  has_check?: boolean;
  /** The column whose cell is being edited in this row. */
  editing?: string | null;
  save?: SaveRecord;
  onEdit?: (index: number, path: string | null) => void;
  onOpen: (id: number) => void;
  onActivate: (index: number) => void;
  onToggle: (id: number, index: number, is_range: boolean) => void;
}

/** Times by which something is to be done carry their urgency; those of what is done no longer do. */
function isDue(column: Column, record: AnyRecord): boolean {
  return column.path === kNextStepField || (column.path === "due_at" && (record.state === undefined || record.state === "planned"));
}

/** One row. Drawn only when something of its own changes: scrolling touches new rows alone. */
export const ListRow = memo(function ListRow(props: ListRowProps) {
  const { entity, columns, template, index, record, is_active, is_open, is_selected, has_check = true, editing, save, onEdit, onOpen, onActivate, onToggle } = props;
  const is_phone = usePhone();
  if (!record) {
    return (
      <div role="row" aria-rowindex={index + 2} data-phone={is_phone || undefined} className={classes.row} style={{ gridTemplateColumns: template }}>
        <div role="gridcell" />
        {columns.map((column) => <div key={column.path} role="gridcell" className={classes.cell}><span className={classes.ghost} /></div>)}
      </div>
    );
  }
  const title = titleOf(entity, record);
  const onClick = (event: MouseEvent) => {
    onActivate(index);
    if ((event.target as HTMLElement).closest("a,button,input,label,[data-editing]")) return;
    onOpen(record.id);
  };
  if (is_phone) return <PhoneRow {...props} record={record} title={title} />;
  const isEditable = (column: Column) => !column.path.includes(".") && canEdit(entity, column.field);
  const step = (from: string, by: 1 | -1) => {
    const paths = columns.filter(isEditable).map((column) => column.path);
    onEdit?.(index, paths[(paths.indexOf(from) + by + paths.length) % paths.length] ?? null);
  };
  return (
    <div
      role="row" id={`row-${record.id}`} aria-rowindex={index + 2} aria-selected={is_selected} className={classes.row} data-active={is_active || undefined}
      data-open={is_open || undefined} data-selected={is_selected || undefined} style={{ gridTemplateColumns: template }} onClick={onClick}
    >
      <div role="gridcell" className={classes.check}>
        {has_check && (
          <Checkbox
            size="xs" tabIndex={-1} aria-label={t("list.select_row", { title })} checked={is_selected}
            onChange={(event) => onToggle(record.id, index, (event.nativeEvent as unknown as MouseEvent).shiftKey)}
          />
        )}
      </div>
      {columns.map((column) => (
        <div key={column.path} role="gridcell" className={classes.cell} data-path={column.path} data-numeric={isNumeric(column.field) || undefined}>
          {column.path === entity.title ? (
            <span className={classes.title}>{isParty(entity) && <Avatar name={title} size={22} is_square={!entity.icon?.startsWith("user")} />}<span className="cut">{title}</span></span>
          ) : isDue(column, record) ? <DueBadge at={valueAt(record, column.path) as string | null} /> : <FieldView field={column.field} value={valueAt(record, column.path)} record={record} is_dense />}
          {save && onEdit && isEditable(column) && (editing === column.path ? (
            <CellEditor entity={entity} field={column.field} record={record} save={save} onClose={() => onEdit(index, null)} onStep={(by) => step(column.path, by)} />
          ) : (
            <button type="button" tabIndex={-1} className={classes.pencil} aria-label={t("card.edit_field", { field: column.field.label })} onClick={() => onEdit(index, column.path)}><IconPencil size={14} aria-hidden="true" /></button>
          ))}
        </div>
      ))}
    </div>
  );
});
