import { Popover, TextInput } from "@mantine/core";
import { IconStack } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { EmptyState } from "@web/kit/empty-state";
import { EntityIcon } from "@web/kit/entity-icon";
import { ErrorNotice } from "@web/kit/error-notice";
import { IconButton } from "@web/kit/icon-button";
import { usePreference } from "@web/lib/calls/preferences";
import { queryRecords } from "@web/lib/calls/query-records";
import { allOf } from "@web/lib/filter";
import { formatInteger } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { useListSearch } from "@web/records/list/list-state";
import { SectionFrame } from "@web/records/list/grouped/section-frame";
import { mapField } from "@web/records/list/shape/shapes";
import type { CurrentView } from "@web/records/list/shape/use-view";
import classes from "@web/records/map/map.module.css";
import { pointsOf } from "@web/records/map/points";
import { PointMap } from "@web/records/map/point-map";

const kMost = 1000;

/** The places of records; by itself on a plain sheet, over tiles where somebody gave the address of a tile server. */
export function MapScreen({ entity, view }: { entity: Entity; view: CurrentView }) {
  const [search, update] = useListSearch();
  const [preference, setPreference] = usePreference<{ tiles: string }>("map");
  const field = mapField(entity);
  const filter = useMemo(() => allOf(view.filter, search.q ? { text: search.q } : null), [view.filter, search.q]);
  const { data, error, refetch } = useQuery({
    queryKey: ["map", entity.plural, filter, view.sort], enabled: field !== undefined,
    queryFn: ({ signal }) => queryRecords(entity.plural, { filter, sort: view.sort, fields: [entity.title, field?.key ?? ""], limit: kMost }, signal),
  });
  const points = useMemo(() => (data && field ? data.items.flatMap((record) => pointsOf(entity, field, record)) : []), [data, entity, field]);
  const onOpen = useCallback((id: number) => update({ open: `${entity.key}/${id}` }), [entity.key, update]);
  return (
    <SectionFrame entity={entity} view={view} shape="map" tools={<TilesChoice value={preference?.tiles ?? ""} onChange={(tiles) => setPreference({ tiles })} />}>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} />
        : data && points.length === 0 ? <EmptyState icon={<EntityIcon name={entity.icon} size={28} />} title={t("map.none")} text={t("map.none_text")} />
        : <PointMap points={points} tiles={preference?.tiles ?? ""} onOpen={onOpen} />}
      {points.length > 0 && <p className={`${classes.foot} muted numbers`}>{t("map.shown", { count: formatInteger(points.length) })}{data?.next ? ` · ${t("map.limited", { count: formatInteger(kMost) })}` : ""}</p>}
    </SectionFrame>
  );
}

function TilesChoice({ value, onChange }: { value: string; onChange: (address: string) => void }) {
  const [typed, setTyped] = useState<string | null>(null);
  const close = () => {
    if (typed !== null && typed.trim() !== value) onChange(typed.trim());
    setTyped(null);
  };
  return (
    <Popover opened={typed !== null} onChange={close} position="bottom-end" width={320} trapFocus returnFocus>
      <Popover.Target><IconButton label={t("map.tiles")} onClick={() => (typed === null ? setTyped(value) : close())}><IconStack size={18} /></IconButton></Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={(event) => { event.preventDefault(); close(); }}>
          <TextInput label={t("map.tiles_address")} description={t("map.tiles_help")} value={typed ?? ""} onChange={(event) => setTyped(event.currentTarget.value)} data-autofocus spellCheck={false} />
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
