import { useCallback, useMemo } from "react";
import { usePreference } from "@web/lib/calls/preferences";
import type { Entity, ViewDefinition } from "@web/lib/metadata-types";
import { defaultColumns, type ColumnChoice } from "@web/records/list/table/columns";

interface ListPreference {
  columns: ColumnChoice[];
}

/** Which columns a list shows, in what order and how wide; kept for the user, by entity and view. */
export function useColumnChoice(entity: Entity, view: ViewDefinition | null) {
  const [saved, save] = usePreference<ListPreference>(`list.${entity.key}${view ? `.${view.key}` : ""}`);
  const columns = useMemo<ColumnChoice[]>(() => {
    if (saved?.columns?.length) return saved.columns;
    const paths = view?.columns?.length ? [...new Set([entity.title, ...view.columns])] : defaultColumns(entity);
    return paths.map((path) => ({ path }));
  }, [saved, view, entity]);

  const resize = useCallback((path: string, width_px: number) => {
    save({ columns: columns.map((column) => (column.path === path ? { ...column, width_px: Math.round(width_px) } : column)) });
  }, [columns, save]);
  const move = useCallback((path: string, before: string | null) => {
    const moved = columns.find((column) => column.path === path);
    if (!moved) return;
    const rest = columns.filter((column) => column.path !== path);
    const at = before === null ? rest.length : rest.findIndex((column) => column.path === before);
    save({ columns: [...rest.slice(0, at), moved, ...rest.slice(at)] });
  }, [columns, save]);
  const choose = useCallback((paths: string[]) => {
    save({ columns: paths.map((path) => columns.find((column) => column.path === path) ?? { path }) });
  }, [columns, save]);
  return { columns, resize, move, choose };
}
