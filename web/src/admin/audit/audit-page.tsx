import { Button } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { useAudit, type AuditFilter, type AuditItem } from "@web/admin/audit/audit-calls";
import { AuditFilters, isNarrowed } from "@web/admin/audit/audit-filters";
import { AuditLine } from "@web/admin/audit/audit-line";
import audit from "@web/admin/audit/audit.module.css";
import { toPeriod } from "@web/admin/audit/period";
import { AdminPage } from "@web/admin/shared/admin-page";
import { Waiting } from "@web/admin/shared/waiting";
import { EmptyState } from "@web/kit/empty-state";
import { ErrorNotice } from "@web/kit/error-notice";
import { dayOf, formatDate } from "@web/lib/format/date";
import { t } from "@web/lib/i18n";

/** So many lines are looked for before the reader is asked whether to go on. */
const kEnough = 20;
const kNone: AuditFilter = { section: "", user: null, action: "", period: "any", from: "", to: "" };

/** The filter stands in the address: a link shows another administrator the same lines. */
function useFilter(): [AuditFilter, (changes: Partial<AuditFilter> | null) => void] {
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const navigate = useNavigate();
  const text = (name: string) => (search[name] === undefined ? "" : String(search[name]));
  const filter: AuditFilter = { section: text("section"), user: Number(text("user")) || null, action: text("action"), period: toPeriod(text("period")), from: text("from"), to: text("to") };
  const change = (changes: Partial<AuditFilter> | null) => {
    const next = changes ? { ...filter, ...changes } : kNone;
    const shown = Object.fromEntries(Object.entries(next).filter(([name, value]) => value && value !== kNone[name as keyof AuditFilter]));
    void navigate({ to: ".", search: (() => shown) as never, replace: true });
  };
  return [filter, change];
}

function byDay(items: AuditItem[]): { day: string; items: AuditItem[] }[] {
  const days = new Map<string, AuditItem[]>();
  for (const item of items) {
    const day = dayOf(new Date(item.at));
    days.set(day, [...(days.get(day) ?? []), item]);
  }
  return [...days].map(([day, of]) => ({ day, items: of }));
}

/** What everybody changed, newest first, with a way to take it back. */
export function AuditPage() {
  const [filter, change] = useFilter();
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useAudit(filter);
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  const goes_on = hasNextPage && !isFetchingNextPage && !error && items.length < kEnough;
  useEffect(() => {
    if (goes_on) void fetchNextPage();
  }, [goes_on, fetchNextPage]);
  const is_empty = data !== undefined && items.length === 0 && !hasNextPage;
  return (
    <AdminPage title={t("settings.page_audit")} hint={t("admin.audit_hint")}>
      <AuditFilters filter={filter} onChange={change} />
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : !data ? <Waiting /> : is_empty ? (
        isNarrowed(filter) ? <EmptyState title={t("admin.audit_nothing")} text={t("admin.audit_nothing_text")} action={<Button variant="default" onClick={() => change(null)}>{t("list.clear_filter")}</Button>} />
          : <EmptyState title={t("history.empty")} text={t("admin.audit_empty_text")} />
      ) : byDay(items).map(({ day, items: of }) => (
        <section key={day} aria-label={formatDate(day)} style={{ display: "grid", gap: 12 }}>
          <h2 className={audit.day}>{formatDate(day)}</h2>
          <ol className={audit.list}>{of.map((item) => <AuditLine key={item.seq} item={item} onUndone={() => void refetch()} />)}</ol>
        </section>
      ))}
      {hasNextPage && <div><Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("timeline.older")}</Button></div>}
    </AdminPage>
  );
}
