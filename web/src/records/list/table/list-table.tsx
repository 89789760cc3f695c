import { useCallback, useEffect, useRef, useState, type KeyboardEvent } from "react";
import { useRowHeight, useWindow } from "@web/kit/use-window";
import { useHotkeys } from "@web/lib/hotkeys";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import type { SortKey } from "@web/lib/filter";
import { gridTemplate, minWidth, type Column } from "@web/records/list/table/columns";
import { ListHeader } from "@web/records/list/table/list-header";
import { ListRow } from "@web/records/list/table/list-row";
import classes from "@web/records/list/table/list-table.module.css";
import type { PageStore, StoreState } from "@web/records/list/store/page-store";
import { canEdit } from "@web/records/edit/editable-value";
import type { SaveRecord } from "@web/records/edit/use-record-editing";
import type { Selection } from "@web/records/list/store/use-selection";

interface ListTableProps {
  entity: Entity;
  columns: Column[];
  store: PageStore;
  state: StoreState;
  sort: SortKey[];
  selection: Selection;
  open_id: number | null;
  save: SaveRecord;
  onSort: (path: string, is_added: boolean) => void;
  onResize: (path: string, width_px: number) => void;
  onMove: (path: string, before: string | null) => void;
  onOpen: (id: number) => void;
}

const kGhostRows = 24;

/** The grid of a list: only the rows in view exist. Arrow keys move, Enter opens, Space selects. */
export function ListTable(props: ListTableProps) {
  const { entity, columns, store, state, selection, open_id, save, onOpen } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const row_px = useRowHeight();
  // Before the first answer the list has the shape it will have.
  const row_count = state.is_first_load ? Math.max(state.row_count, kGhostRows) : state.row_count;
  const { first, end, total_px, offset_px, scrollToRow } = useWindow(scroller, { count: row_count, row_px });
  const [active, setActive] = useState(0);
  const [editing, setEditing] = useState<{ row: number; path: string } | null>(null);
  const onEdit = useCallback((row: number, path: string | null) => {
    setEditing(path === null ? null : { row, path });
    if (path === null) scroller.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => store.want(first, Math.max(end, 1)), [store, first, end]);

  const moveTo = (row: number) => {
    const next = Math.max(0, Math.min(state.row_count - 1, row));
    setActive(next);
    scrollToRow(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / row_px) - 2);
    const moves: Record<string, number> = { ArrowDown: active + 1, ArrowUp: active - 1, j: active + 1, k: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: state.row_count - 1 };
    const record = store.row(active);
    if (event.key in moves && !event.ctrlKey && !event.metaKey) moveTo(moves[event.key] ?? 0);
    else if (event.key === "Enter" && record) onOpen(record.id);
    else if (event.key === "F2" && record) {
      const first_editable = columns.find((column) => column.path !== entity.title && !column.path.includes(".") && canEdit(entity, column.field));
      if (first_editable) onEdit(active, first_editable.path);
    } else if (event.key === " " && record) selection.toggle(record.id, active, event.shiftKey);
    else return;
    event.preventDefault();
  };

  const focusRow = (row: number) => {
    scroller.current?.focus({ preventScroll: true });
    moveTo(row);
  };
  const active_record = store.row(active);
  useHotkeys([
    { keys: "ArrowDown", label: "keys.rows", group: "list", run: () => focusRow(active + 1) },
    { keys: "ArrowUp", label: "keys.rows", group: "list", run: () => focusRow(active - 1) },
    { keys: "Enter", label: "keys.open_row", group: "list", run: () => { if (active_record && document.activeElement === document.body) onOpen(active_record.id); } },
    { keys: "Space", label: "keys.select_row", group: "list", run: () => undefined },
    { keys: "F2", label: "keys.edit_row", group: "list", run: () => undefined },
  ]);

  const template = `36px ${gridTemplate(columns)}`;
  const min_width_px = 36 + columns.reduce((sum, column) => sum + minWidth(column), 0);
  const rows = Array.from({ length: Math.max(0, end - first) }, (_, at) => first + at);
  return (
    <div
      ref={scroller} className={classes.scroller} role="grid" tabIndex={0} aria-label={entity.label.many} aria-multiselectable="true"
      aria-rowcount={state.row_count + 1} aria-colcount={columns.length + 1} aria-busy={state.is_first_load || state.is_walking}
      aria-activedescendant={store.row(active) ? `row-${store.row(active)?.id}` : undefined} onKeyDown={onKeyDown}
    >
      <ListHeader {...props} template={template} min_width_px={min_width_px} />
      <div role="rowgroup" className={classes.spacer} style={{ height: total_px, minWidth: min_width_px }}>
        <div className={classes.rows} style={{ transform: `translateY(${offset_px}px)` }}>
          {rows.map((index) => {
            const record = store.row(index);
            return (
              <ListRow
                key={index} entity={entity} columns={columns} template={template} index={index} record={record} is_active={index === active}
                is_open={record !== undefined && record.id === open_id} is_selected={record !== undefined && selection.has(record.id)}
                editing={editing?.row === index ? editing.path : null} save={save} onEdit={onEdit} onOpen={onOpen} onActivate={setActive} onToggle={selection.toggle}
              />
            );
          })}
        </div>
      </div>
      {state.is_walking && <div className={classes.walking} role="status">{t("list.walking")}</div>}
    </div>
  );
}
