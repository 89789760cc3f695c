import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useCallback, useMemo } from "react";
import { EmptyState } from "@web/kit/empty-state";
import { EntityIcon } from "@web/kit/entity-icon";
import { ErrorNotice } from "@web/kit/error-notice";
import { useMetadata } from "@web/lib/calls/metadata";
import { allOf, sortFromText, sortToText, toSortKeys, type Query } from "@web/lib/filter";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { resolveColumns } from "@web/records/list/columns";
import { ListFoot } from "@web/records/list/list-foot";
import classes from "@web/records/list/list-screen.module.css";
import { useListSearch } from "@web/records/list/list-state";
import { ListTable } from "@web/records/list/list-table";
import { useColumnChoice } from "@web/records/list/use-column-choice";
import { usePageStore } from "@web/records/list/use-page-store";
import { useSelection } from "@web/records/list/use-selection";

/** The list of any entity. What is shown stands in the address, how wide the columns are in the user's preferences. */
export function ListScreen({ entity }: { entity: Entity }) {
  const metadata = useMetadata();
  const [search, update] = useListSearch();
  const view = entity.views?.find((one) => one.key === search.view) ?? null;
  const choice = useColumnChoice(entity, view);
  const columns = useMemo(() => resolveColumns(metadata, entity, choice.columns), [metadata, entity, choice.columns]);
  const sort = useMemo(() => (search.sort !== undefined ? sortFromText(search.sort) : toSortKeys(view?.sort)), [search.sort, view]);
  const query = useMemo<Query>(() => ({
    filter: allOf(view?.filter, search.filter, search.q ? { text: search.q } : null),
    sort, fields: [...new Set([entity.title, ...columns.map((column) => column.path)])],
  }), [view, search.filter, search.q, sort, columns, entity.title]);
  const { store, state } = usePageStore(entity, query);
  const selection = useSelection(store);
  const open_id = search.open?.startsWith(`${entity.key}/`) ? Number(search.open.split("/")[1]) : null;

  const onSort = useCallback((path: string, is_added: boolean) => {
    const before = sort.find((key) => key.field === path);
    const rest = is_added ? sort.filter((key) => key.field !== path) : [];
    const next = before?.desc ? rest : [...rest, { field: path, desc: before !== undefined }];
    update({ sort: sortToText(next) });
  }, [sort, update]);
  const onOpen = useCallback((id: number) => update({ open: `${entity.key}/${id}` }), [entity.key, update]);

  const is_filtered = Boolean(search.filter || search.q || view?.filter);
  const is_empty = !state.is_first_load && state.row_count === 0 && !state.error;
  return (
    <section className={classes.screen} aria-label={entity.label.many}>
      <header className={classes.head}>
        <h1>{view?.label ?? entity.label.many}</h1>
        <span className={classes.gap} />
        {entity.can.create && <Button leftSection={<IconPlus size={16} />}>{t("action.create")}</Button>}
      </header>
      {state.error ? <ErrorNotice error={state.error} onRetry={() => store.want(0, 1)} /> : is_empty ? (
        <EmptyState
          icon={<EntityIcon name={entity.icon} size={28} />} title={is_filtered ? t("list.nothing_found") : t("list.empty", { entity: entity.label.many })}
          action={is_filtered && <Button variant="default" onClick={() => update({ filter: undefined, q: undefined, view: undefined })}>{t("list.clear_filter")}</Button>}
        />
      ) : (
        <>
          <ListTable
            entity={entity} columns={columns} store={store} state={state} sort={sort} selection={selection} open_id={open_id}
            onSort={onSort} onResize={choice.resize} onMove={choice.move} onOpen={onOpen}
          />
          <ListFoot entity={entity} filter={query.filter ?? null} store={store} state={state} selection={selection} />
        </>
      )}
    </section>
  );
}
