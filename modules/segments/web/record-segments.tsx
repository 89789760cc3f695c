import { useQuery } from "@tanstack/react-query";
import { IconFilter } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { Badge } from "@web/kit/badge";
import { t } from "@web/lib/i18n";
import { onChanges } from "@web/lib/live";
import type { CardWidgetProps } from "@web/lib/widgets";
import { MoveList } from "./move-list";
import { readSegmentsOf } from "./segment-calls";
import classes from "./segments.module.css";

/** The segments that a record belongs to, and its ways in and out. */
export function RecordSegments({ entity, record }: CardWidgetProps) {
  const { data, refetch } = useQuery({ queryKey: ["record-segments", entity.key, record.id], queryFn: ({ signal }) => readSegmentsOf(entity.key, record.id, signal) });
  useEffect(() => onChanges((changes) => { if (changes.some((change) => change.entity === entity.key && change.id === record.id)) void refetch(); }), [entity.key, record.id, refetch]);
  if (!data || (data.segments.length === 0 && data.moves.length === 0)) return null;
  return (
    <section className={classes.panel} aria-label={t("web.segments.of_record")}>
      <header><IconFilter size={16} aria-hidden="true" /><h3>{t("web.segments.of_record")}</h3></header>
      <div className={classes.chips}>{data.segments.map((segment) => <Link key={segment.id} to="/$plural/$id" params={{ plural: "segments", id: String(segment.id) }}><Badge tone="info">{segment.title}</Badge></Link>)}</div>
      <MoveList moves={data.moves.slice(0, 5).map((move) => ({ at: move.at, direction: move.direction, title: move.segment.title, plural: "segments", id: move.segment.id }))} />
    </section>
  );
}
