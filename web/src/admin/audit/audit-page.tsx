import { Button, NativeSelect } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { AdminPage } from "@web/admin/shared/admin-page";
import classes from "@web/admin/shared/admin.module.css";
import { RecordPicker } from "@web/fields/shared/record-picker";
import { EmptyState } from "@web/kit/empty-state";
import { ErrorNotice } from "@web/kit/error-notice";
import { api } from "@web/lib/api";
import type { HistoryItem } from "@web/lib/calls/history";
import { useMetadata } from "@web/lib/calls/metadata";
import { formatInstant, formatInstantFully } from "@web/lib/format/date";
import { hasText, t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { Problem } from "@web/lib/problem";
import type { Link as RecordLink } from "@web/lib/values";
import { ChangeList } from "@web/records/card/change-list";
import { History } from "@web/records/card/history";

interface AuditItem extends HistoryItem {
  entity: string;
  record: RecordLink | null;
}

interface AuditPageAnswer {
  items: AuditItem[];
  next: string | null;
}

/** What everybody changed, newest first; where the program keeps no common journal, the history of one record. */
export function AuditPage() {
  const metadata = useMetadata();
  const [section, setSection] = useState("");
  const [user, setUser] = useState<RecordLink | null>(null);
  const answer = useInfiniteQuery({
    queryKey: ["admin", "audit", section, user?.id ?? 0],
    queryFn: ({ pageParam, signal }) => api.get<AuditPageAnswer>("/audit", { query: { entity: section || null, user: user?.id, cursor: pageParam, limit: 50 }, signal, retries: 0 }),
    initialPageParam: null as string | null, getNextPageParam: (page) => page.next, retry: false, staleTime: 0,
  });
  const people = metadata.entity("user");
  const is_absent = answer.error instanceof Problem && answer.error.status === 404;
  const sections = metadata.entities.filter((entity) => entity.kind !== "relation");
  if (is_absent) return <RecordAudit sections={sections} />;
  const items = answer.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <AdminPage title={t("settings.page_audit")} hint={t("admin.audit_hint")}>
      <div className={classes.bar}>
        <NativeSelect label={t("admin.section")} value={section} onChange={(event) => setSection(event.currentTarget.value)} data={[{ value: "", label: t("admin.audit_all") }, ...sections.map((entity) => ({ value: entity.key, label: entity.label.many }))]} />
        {people && <div className={classes.grow} style={{ maxWidth: 280 }}><RecordPicker entities={[people]} value={user} onChange={setUser} label={t("admin.audit_who")} name={t("admin.audit_who")} /></div>}
      </div>
      {answer.error ? <ErrorNotice error={answer.error} onRetry={() => void answer.refetch()} /> : answer.data && items.length === 0 ? <EmptyState title={t("history.empty")} /> : (
        <ol className={classes.rows}>{items.map((item, at) => <AuditLine key={`${item.seq}-${at}`} item={item} />)}</ol>
      )}
      {answer.hasNextPage && <div><Button variant="subtle" loading={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>{t("timeline.older")}</Button></div>}
    </AdminPage>
  );
}

function AuditLine({ item }: { item: AuditItem }) {
  const entity = useMetadata().entity(item.entity);
  const action = `history.${item.action}`;
  return (
    <li className={classes.row} style={{ display: "grid", gap: 2 }}>
      <div className={classes.line} style={{ flexWrap: "wrap" }}>
        <strong>{item.user?.title ?? t("history.program")}</strong><span className="muted">{hasText(action) ? t(action) : item.action}</span>
        {entity && item.record && <Link to="/$plural/$id" params={{ plural: entity.plural, id: String(item.record.id) }}>{entity.label.one}: {item.record.title || `№ ${item.record.id}`}</Link>}
        <time className="muted numbers" style={{ marginLeft: "auto" }} dateTime={item.at} title={formatInstantFully(item.at)}>{formatInstant(item.at)}</time>
      </div>
      {entity && <ChangeList entity={entity} changes={item.changes ?? []} />}
    </li>
  );
}

function RecordAudit({ sections }: { sections: Entity[] }) {
  const [key, setKey] = useState(sections.find((entity) => entity.owner)?.key ?? sections[0]?.key ?? "");
  const [record, setRecord] = useState<RecordLink | null>(null);
  const entity = sections.find((one) => one.key === key);
  return (
    <AdminPage title={t("settings.page_audit")} hint={t("admin.audit_record_hint")}>
      <div className={classes.bar}>
        <NativeSelect label={t("admin.section")} value={key} onChange={(event) => { setKey(event.currentTarget.value); setRecord(null); }} data={sections.map((one) => ({ value: one.key, label: one.label.many }))} />
        {entity && <div className={classes.grow} style={{ maxWidth: 360 }}><RecordPicker key={entity.key} entities={[entity]} value={record} onChange={setRecord} label={entity.label.one} name={entity.label.one} can_create={false} /></div>}
      </div>
      {entity && record && <div className={classes.panel}><History key={record.id} entity={entity} id={record.id} /></div>}
    </AdminPage>
  );
}
