import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { EmptyState } from "@web/kit/empty-state";
import { EntityIcon } from "@web/kit/entity-icon";
import { ErrorNotice } from "@web/kit/error-notice";
import { useMetadata } from "@web/lib/calls/metadata";
import { askForRecord } from "@web/lib/calls/read-record";
import { allOf, partsOf, sortToText, type Condition, type Filter, type Query } from "@web/lib/filter";
import { accusative } from "@web/lib/format/accusative";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { useRecordCreator } from "@web/lib/record-creator";
import { SidePanel } from "@web/records/card/side-panel";
import { useRecordEditing } from "@web/records/edit/use-record-editing";
import { FilterBar } from "@web/records/filter/filter-bar";
import { BulkBar } from "@web/records/list/bulk/bulk-bar";
import { ColumnMenu } from "@web/records/list/table/column-menu";
import { resolveColumns } from "@web/records/list/table/columns";
import { GroupedList } from "@web/records/list/grouped/grouped-list";
import { GroupMenu } from "@web/records/list/grouped/group-menu";
import { ListMenu } from "@web/records/list/list-menu";
import { ListFoot } from "@web/records/list/table/list-foot";
import classes from "@web/records/list/list-screen.module.css";
import { useListSearch } from "@web/records/list/list-state";
import { ListTable } from "@web/records/list/table/list-table";
import { ShapeSwitch } from "@web/records/list/shape/shape-switch";
import { useColumnChoice } from "@web/records/list/table/use-column-choice";
import { useNeighbours } from "@web/records/list/store/use-neighbours";
import { usePageStore } from "@web/records/list/store/use-page-store";
import { useSelection } from "@web/records/list/store/use-selection";
import type { CurrentView } from "@web/records/list/shape/use-view";
import { ViewTabs } from "@web/records/list/shape/view-tabs";

const kNothing: Filter = { and: [] };

/** The list of any entity. What is shown stands in the address, how wide the columns are in the user's preferences. */
export function ListScreen({ entity, view }: { entity: Entity; view: CurrentView }) {
  const metadata = useMetadata();
  const [search, update] = useListSearch();
  const create = useRecordCreator();
  const choice = useColumnChoice(entity, view.current?.definition ?? null);
  const columns = useMemo(() => resolveColumns(metadata, entity, choice.columns), [metadata, entity, choice.columns]);
  const paths = columns.map((column) => column.path).sort().join(",");
  const query = useMemo<Query>(() => ({
    filter: allOf(view.filter, search.q ? { text: search.q } : null), sort: view.sort, fields: [...new Set(["version", entity.title, ...paths.split(",").filter(Boolean)])],
  }), [view.filter, view.sort, search.q, entity.title, paths]);
  const { store, state } = usePageStore(entity, query);
  const selection = useSelection(store);
  const { save, dialogs } = useRecordEditing(entity);
  const [open_key, open_text] = search.open?.split("/") ?? [];
  const open_entity = metadata.entity(open_key);
  const open_id = open_text ? Number(open_text) : null;

  const onSort = useCallback((path: string, is_added: boolean) => {
    const before = view.sort.find((key) => key.field === path);
    const rest = is_added ? view.sort.filter((key) => key.field !== path) : [];
    update({ sort: sortToText(before?.desc ? rest : [...rest, { field: path, desc: before !== undefined }]) });
  }, [view.sort, update]);
  const onOpen = useCallback((id: number) => {
    askForRecord(entity.plural, id);
    update({ open: `${entity.key}/${id}` });
  }, [entity, update]);
  const close = useCallback(() => update({ open: undefined }), [update]);
  const setFilter = (filter: Filter | null) => update({ filter: filter ?? kNothing });
  const addCondition = (condition: Condition) => update({ filter: { and: [...partsOf(view.filter), condition] }, group: "" });
  const neighbours = useNeighbours(store, open_entity?.key === entity.key ? open_id : null, onOpen);
  const group = view.group ? metadata.field(entity, view.group) : undefined;
  const is_filtered = Boolean(view.filter || search.q);
  const is_empty = !state.is_first_load && state.row_count === 0 && !state.error;

  return (
    <section className={classes.screen} aria-label={entity.label.many}>
      <header className={classes.head}>
        <h1>{entity.label.many}</h1>
        <ViewTabs entity={entity} view={view} shape="list" columns={columns.map((column) => column.path)} update={update} />
        <GroupMenu entity={entity} group={view.group} onGroup={(key) => update({ group: key ?? "" })} />
        <span className={classes.wide}><ColumnMenu entity={entity} columns={columns} onChoose={choice.choose} /></span>
        <ShapeSwitch entity={entity} shape="list" onShape={(as) => update({ as, group: undefined })} />
        <ListMenu entity={entity} query={query} />
        {entity.can.create && <Button className={classes.create} size="xs" leftSection={<IconPlus size={16} />} onClick={() => void create?.(entity.key, {})}>{t("action.create")}</Button>}
      </header>
      <FilterBar
        entity={entity} filter={view.filter} text={search.q ?? ""} onFilter={setFilter} onText={(text) => update({ q: text || undefined }, { replace: true })}
        can_clear={view.is_changed} onClear={() => update({ filter: undefined, q: undefined, sort: undefined, group: undefined })}
      />
      {state.error ? <ErrorNotice error={state.error} onRetry={() => store.want(0, 1)} /> : is_empty ? (
        <EmptyState
          icon={<EntityIcon name={entity.icon} size={28} />} title={is_filtered ? t("list.nothing_found") : t("list.empty", { entity: entity.label.many })} text={t(is_filtered ? "list.nothing_found_text" : "list.empty_text")}
          action={<>
            {is_filtered && <Button onClick={() => update({ filter: kNothing, q: undefined })}>{t("list.clear_filter")}</Button>}
            {entity.can.create && <Button variant={is_filtered ? "default" : "filled"} onClick={() => void create?.(entity.key, {})}>{t("create.title", { entity: accusative(entity.label.one) })}</Button>}
            {!is_filtered && entity.can.create && entity.kind === "record" && <Button variant="default" component={Link} to="/imports/new" search={{ entity: entity.key } as never}>{t("list.import")}</Button>}
          </>}
        />
      ) : group ? <GroupedList entity={entity} columns={columns} query={query} group={group} open_id={open_id} onOpen={onOpen} onShowAll={addCondition} /> : (
        <ListTable
          entity={entity} columns={columns} store={store} state={state} sort={view.sort} selection={selection} open_id={open_entity?.key === entity.key ? open_id : null} save={save}
          onSort={onSort} onResize={choice.resize} onMove={choice.move} onOpen={onOpen}
        />
      )}
      {!group && !is_empty && !state.error && !state.is_first_load && <ListFoot entity={entity} filter={query.filter ?? null} columns={columns} store={store} state={state} />}
      {(selection.count > 0 || selection.is_all) && <BulkBar entity={entity} query={query} selection={selection} />}
      {open_entity && open_id !== null && <SidePanel entity={open_entity} id={open_id} onClose={close} {...neighbours} />}
      {dialogs}
    </section>
  );
}
