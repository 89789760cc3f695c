import { Button } from "@mantine/core";
import { IconFilter } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { countRecords } from "@web/lib/calls/count-records";
import { useMetadata } from "@web/lib/calls/metadata";
import { patchRecord } from "@web/lib/calls/save-record";
import { allOf, type Filter } from "@web/lib/filter";
import { formatInteger } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import { onChanges } from "@web/lib/live";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import type { CardWidgetProps } from "@web/lib/widgets";
import { FilterBar } from "@web/records/filter/filter-bar";
import { MoveList } from "./move-list";
import { readMoves } from "./segment-calls";
import classes from "./segments.module.css";

/** What a segment asks for, how many it holds, who came and went. */
export function SegmentPanel({ record }: CardWidgetProps) {
  const metadata = useMetadata();
  const target = metadata.entity(String(record.target ?? ""));
  const saved = (record.filter ?? null) as Filter | null;
  const [filter, setFilter] = useState<Filter | null>(saved);
  const membership: Filter = { in_segment: record.id };
  const { data: count, refetch: recount } = useQuery({ queryKey: ["segment-count", record.id], enabled: Boolean(target), queryFn: ({ signal }) => countRecords(target?.plural ?? "", membership, signal) });
  const { data: moves, refetch: reread } = useQuery({ queryKey: ["segment-moves", record.id], queryFn: ({ signal }) => readMoves(record.id, signal) });
  useEffect(() => setFilter(saved), [record.version]);
  useEffect(() => onChanges((changes) => {
    if (changes.some((change) => change.entity === "segment" || change.entity === target?.key)) { void recount(); void reread(); }
  }), [recount, reread, target?.key]);
  if (!target) return null;
  const is_dynamic = record.kind === "dynamic";
  const is_changed = JSON.stringify(filter) !== JSON.stringify(saved);
  const save = async () => {
    try {
      await patchRecord("segments", record.id, record.version, { filter });
      showToast({ tone: "success", text: t("web.segments.saved") });
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
    }
  };
  return (
    <section className={classes.panel} aria-label={t("web.segments.conditions")}>
      <header>
        <IconFilter size={16} aria-hidden="true" /><h3>{t(is_dynamic ? "web.segments.conditions" : "web.segments.members")}</h3>
        <Link className={classes.count} to="/$plural" params={{ plural: target.plural }} search={{ filter: membership } as never}>{t("web.segments.count", { count: count === undefined ? "…" : formatInteger(count) })}</Link>
      </header>
      {is_dynamic && <FilterBar entity={target} filter={filter} text="" onFilter={setFilter} onText={(text) => { if (text) setFilter(allOf(filter, { text })); }} can_clear={filter !== null} onClear={() => setFilter(null)} />}
      {is_dynamic && is_changed && (
        <div className={classes.buttons}>
          <Button size="xs" onClick={() => void save()}>{t("web.segments.save")}</Button>
          <Button size="xs" variant="default" onClick={() => setFilter(saved)}>{t("action.cancel")}</Button>
        </div>
      )}
      <h3>{t("web.segments.moves")}</h3>
      <MoveList moves={(moves?.items ?? []).slice(0, 20).map((move) => ({ at: move.at, direction: move.direction, title: move.record.title, plural: target.plural, id: move.record.id }))} />
    </section>
  );
}
