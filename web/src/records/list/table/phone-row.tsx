import type { MouseEvent } from "react";
import { FieldView } from "@web/fields/field-view";
import { isBlank, type AnyRecord } from "@web/lib/values";
import { valueAt, type Column } from "@web/records/list/table/columns";
import type { ListRowProps } from "@web/records/list/table/list-row";
import classes from "@web/records/list/table/list-table.module.css";
import { DueBadge } from "@web/records/due-badge";
import { kNextStepField } from "@web/records/next-step";
import { RecordPicture } from "@web/records/record-picture";

/** What says something else when it is cut: the text beside it gives way. */
const kWhole = new Set(["money", "decimal", "integer", "percent", "date", "instant", "choice"]);

/** Two sums beside each other do not say which is which: the first is enough. */
function isFirstSum(columns: Column[], column: Column): boolean {
  return column.field.type !== "money" || columns.find((one) => one.field.type === "money") === column;
}

/** A row for a narrow screen: the title, and under it what the first columns say. */
export function PhoneRow({ entity, columns, index, record, title, is_open, is_selected, onOpen, onActivate }: ListRowProps & { record: AnyRecord; title: string }) {
  const shown = columns.filter((column) => column.path !== entity.title && column.path !== kNextStepField && column.field.type !== "user" && !column.field.format && column.field.type !== "auto_number" && isFirstSum(columns, column) && !isBlank(valueAt(record, column.path))).slice(0, 3);
  const next = valueAt(record, kNextStepField) as string | null;
  const onClick = (event: MouseEvent) => {
    if ((event.target as HTMLElement).closest("a,button")) return;
    onActivate(index);
    onOpen(record.id);
  };
  return (
    <div role="row" id={`row-${record.id}`} aria-rowindex={index + 2} aria-selected={is_selected} className={classes.phoneRow} data-open={is_open || undefined} onClick={onClick}>
      <RecordPicture entity={entity} title={title} size={36} />
      <div role="gridcell" className={classes.phoneText}>
        <div className={classes.phoneLine}><strong className="cut">{title}</strong>{next && <DueBadge at={next} />}</div>
        <div className={`${classes.phoneLine} muted`}>
          {shown.map((column) => <span key={column.path} className="cut" data-whole={kWhole.has(column.field.type) || undefined}><FieldView field={column.field} value={valueAt(record, column.path)} record={record} is_dense /></span>)}
        </div>
      </div>
    </div>
  );
}
