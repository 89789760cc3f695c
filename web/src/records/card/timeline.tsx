import { Button, Menu } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useEffect, useMemo, useState } from "react";
import { ErrorNotice } from "@web/kit/error-notice";
import { useMetadata } from "@web/lib/calls/metadata";
import { useTimeline } from "@web/lib/calls/timeline";
import { dayOf, formatDate } from "@web/lib/format/date";
import { t } from "@web/lib/i18n";
import { onChanges } from "@web/lib/live";
import type { Entity } from "@web/lib/metadata-types";
import { activityKinds } from "@web/records/next-step";
import classes from "@web/records/card/timeline.module.css";
import { TimelineEntry } from "@web/records/card/timeline-entry";

/** Everything that happened with a record and what is planned, the newest first. */
export function Timeline({ entity, id }: { entity: Entity; id: number }) {
  const metadata = useMetadata();
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useTimeline(entity.plural, id);
  const [shown, setShown] = useState("all");
  const kinds = useMemo(() => activityKinds(metadata, entity).map((kind) => kind.entity), [metadata, entity]);
  useEffect(() => onChanges((changes) => {
    if (changes.some((change) => (change.entity === entity.key && change.id === id) || kinds.some((kind) => kind.key === change.entity))) void refetch();
  }), [entity, id, kinds, refetch]);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  const all = data?.pages.flatMap((page) => page.items) ?? [];
  const items = all.filter((item) => shown === "all" || item.kind === shown);
  const options = [{ value: "all", label: t("timeline.all") }, ...kinds.map((kind) => ({ value: kind.key, label: kind.label.many })), { value: "change", label: t("timeline.changes") }];
  return (
    <section aria-label={t("timeline.title")}>
      {all.length > 0 && (
        <div className={classes.feedHead}>
          <h2>{t("timeline.title")}</h2>
          <Menu position="bottom-end">
            <Menu.Target><Button size="compact-sm" variant="subtle" color="gray" rightSection={<IconChevronDown size={14} />} aria-label={`${t("timeline.filter")}: ${options.find((option) => option.value === shown)?.label ?? ""}`}>{options.find((option) => option.value === shown)?.label}</Button></Menu.Target>
            <Menu.Dropdown>{options.map((option) => <Menu.Item key={option.value} onClick={() => setShown(option.value)}>{option.label}</Menu.Item>)}</Menu.Dropdown>
          </Menu>
        </div>
      )}
      {isPending && <div className={classes.waiting} aria-busy="true">{[0, 1, 2].map((line) => <span key={line} />)}</div>}
      {!isPending && items.length === 0 && <p className={`${classes.empty} muted`}>{t(all.length === 0 ? "timeline.empty" : "timeline.none_of_kind")}</p>}
      <ol className={classes.entries}>
        {items.map((item, at) => {
          const day = dayOf(new Date(item.at));
          const before = items[at - 1];
          return (
            <li key={`${item.kind}/${item.record?.id ?? item.change?.seq}`}>
              {(!before || dayOf(new Date(before.at)) !== day) && <div className={classes.day}>{formatDate(day)}</div>}
              <TimelineEntry entity={entity} item={item} />
            </li>
          );
        })}
      </ol>
      {hasNextPage && <Button variant="subtle" size="compact-sm" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("timeline.older")}</Button>}
    </section>
  );
}
