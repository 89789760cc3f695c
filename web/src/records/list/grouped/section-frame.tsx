import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import { allOf, type Filter } from "@web/lib/filter";
import type { Entity } from "@web/lib/metadata-types";
import { useRecordCreator } from "@web/lib/record-creator";
import { SidePanel } from "@web/records/card/side-panel";
import { FilterBar } from "@web/records/filter/filter-bar";
import classes from "@web/records/list/list-screen.module.css";
import { ListMenu } from "@web/records/list/list-menu";
import { useListSearch } from "@web/records/list/list-state";
import { ShapeSwitch } from "@web/records/list/shape/shape-switch";
import type { Shape } from "@web/records/list/shape/shapes";
import type { CurrentView } from "@web/records/list/shape/use-view";
import { ViewTabs } from "@web/records/list/shape/view-tabs";

export const kNoFilter: Filter = { and: [] };

interface SectionFrameProps {
  entity: Entity;
  view: CurrentView;
  shape: Shape;
  /** What this way of looking adds beside the views. */
  tools?: ReactNode;
  children: ReactNode;
}

/** Head, conditions and side panel of a section, the same for a board, a calendar and a map. */
export function SectionFrame({ entity, view, shape, tools, children }: SectionFrameProps) {
  const metadata = useMetadata();
  const [search, update] = useListSearch();
  const create = useRecordCreator();
  const [open_key, open_text] = search.open?.split("/") ?? [];
  const open_entity = metadata.entity(open_key);
  return (
    <section className={classes.screen} aria-label={entity.label.many}>
      <header className={classes.head}>
        <h1>{entity.label.many}</h1>
        <ViewTabs entity={entity} view={view} shape={shape} columns={view.current?.definition.columns ?? []} update={update} />
        {tools}
        <ShapeSwitch entity={entity} shape={shape} onShape={(as) => update({ as })} />
        <ListMenu entity={entity} query={{ filter: allOf(view.filter, search.q ? { text: search.q } : null), sort: view.sort, fields: [...new Set([entity.title, ...(view.current?.definition.columns ?? [])])] }} />
        {entity.can.create && <Button className={classes.create} size="xs" leftSection={<IconPlus size={16} />} onClick={() => void create?.(entity.key, {})}>{t("action.create")}</Button>}
      </header>
      <FilterBar
        entity={entity} filter={view.filter} text={search.q ?? ""} onFilter={(next) => update({ filter: next ?? kNoFilter })} onText={(text) => update({ q: text || undefined }, { replace: true })}
        can_clear={view.is_changed} onClear={() => update({ filter: undefined, q: undefined, sort: undefined })}
      />
      {children}
      {open_entity && open_text && <SidePanel entity={open_entity} id={Number(open_text)} onClose={() => update({ open: undefined })} />}
    </section>
  );
}
