import { Checkbox } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useState, type DragEvent, type KeyboardEvent, type PointerEvent } from "react";
import { t } from "@web/lib/i18n";
import type { SortKey } from "@web/lib/filter";
import { isNumeric, kMinWidth_px, type Column } from "@web/records/list/table/columns";
import classes from "@web/records/list/table/list-table.module.css";
import type { Selection } from "@web/records/list/store/use-selection";

interface ListHeaderProps {
  columns: Column[];
  sort: SortKey[];
  selection: Selection;
  template: string;
  min_width_px: number;
  onSort: (path: string, is_added: boolean) => void;
  onResize: (path: string, width_px: number) => void;
  onMove: (path: string, before: string | null) => void;
}

/** Column heads: press to sort (with Shift, to sort by one more), drag to move, drag the edge or Alt+arrows to resize. */
export function ListHeader(props: ListHeaderProps) {
  const { columns, selection, template, min_width_px } = props;
  return (
    <div role="rowgroup" className={classes.head} style={{ minWidth: min_width_px }}>
      <div role="row" className={classes.headRow} style={{ gridTemplateColumns: template }} aria-rowindex={1}>
        <div role="columnheader" className={classes.check}>
          <Checkbox size="xs" aria-label={t("list.select_all")} checked={selection.is_all} indeterminate={selection.count > 0 && !selection.is_all} onChange={selection.toggleAll} />
        </div>
        {columns.map((column) => <HeadCell key={column.path} column={column} {...props} />)}
      </div>
    </div>
  );
}

function HeadCell({ column, sort, onSort, onResize, onMove }: ListHeaderProps & { column: Column }) {
  const [is_target, setTarget] = useState(false);
  const key = sort.find((one) => one.field === column.path);
  const can_sort = column.field.sortable === true;
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setTarget(false);
    const moved = event.dataTransfer.getData("text/x-column");
    if (moved && moved !== column.path) onMove(moved, column.path);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
    event.preventDefault();
    onResize(column.path, Math.max(kMinWidth_px, column.width_px + (event.key === "ArrowRight" ? 16 : -16)));
  };
  return (
    <div
      role="columnheader" className={classes.headCell} data-numeric={isNumeric(column.field) || undefined} data-target={is_target || undefined}
      aria-sort={key ? (key.desc ? "descending" : "ascending") : can_sort ? "none" : undefined}
      draggable onDragStart={(event) => event.dataTransfer.setData("text/x-column", column.path)}
      onDragOver={(event) => { event.preventDefault(); setTarget(true); }} onDragLeave={() => setTarget(false)} onDrop={onDrop}
    >
      {can_sort ? (
        <button type="button" className={classes.headButton} title={column.label} onClick={(event) => onSort(column.path, event.shiftKey)} onKeyDown={onKeyDown}>
          <span className="cut">{column.label}</span>
          {key && (key.desc ? <IconArrowDown size={14} aria-hidden="true" /> : <IconArrowUp size={14} aria-hidden="true" />)}
        </button>
      ) : <span className="cut" title={column.label}>{column.label}</span>}
      <ResizeEdge column={column} onResize={onResize} />
    </div>
  );
}

function ResizeEdge({ column, onResize }: { column: Column; onResize: (path: string, width_px: number) => void }) {
  const onPointerDown = (event: PointerEvent<HTMLSpanElement>) => {
    event.preventDefault();
    event.stopPropagation();
    const edge = event.currentTarget;
    const start_px = event.clientX;
    const width_px = edge.parentElement?.offsetWidth ?? column.width_px;
    edge.setPointerCapture(event.pointerId);
    const move = (moved: globalThis.PointerEvent) => onResize(column.path, Math.max(kMinWidth_px, width_px + moved.clientX - start_px));
    edge.addEventListener("pointermove", move);
    edge.addEventListener("pointerup", () => edge.removeEventListener("pointermove", move), { once: true });
  };
  return <span className={classes.edge} aria-hidden="true" draggable onDragStart={(event) => { event.preventDefault(); event.stopPropagation(); }} onPointerDown={onPointerDown} />;
}
