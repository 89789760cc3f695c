import { useQuery } from "@tanstack/react-query";
import { AdminPage } from "@web/admin/shared/admin-page";
import classes from "@web/admin/shared/admin.module.css";
import { parseMetrics, queryLoads, routeLoads } from "@web/admin/system/metrics";
import system from "@web/admin/system/system.module.css";
import { Badge } from "@web/kit/badge";
import { ErrorNotice } from "@web/kit/error-notice";
import { useMetadata } from "@web/lib/calls/metadata";
import { formatInteger } from "@web/lib/format/number";
import { localeTag, t } from "@web/lib/i18n";
import { Problem } from "@web/lib/problem";

const kRefresh_ms = 5000;
const kShown = 12;

async function readStatus(signal: AbortSignal) {
  const started = performance.now();
  const health = await fetch("/health", { signal });
  const answer_ms = performance.now() - started;
  const metrics = await fetch("/metrics", { signal });
  if (!health.ok) throw new Problem(health.status, { title: health.statusText });
  const body = (await health.json()) as { status: string; metadata_version: number };
  return { ...body, answer_ms, samples: metrics.ok ? parseMetrics(await metrics.text()) : [] };
}

function formatMs(ms: number): string {
  return t("admin.ms", { value: new Intl.NumberFormat(localeTag(), { maximumFractionDigits: ms < 10 ? 1 : 0 }).format(ms) });
}

/** Whether the program is well: answers, load by address, queries by time spent. */
export function SystemPage() {
  const { entities } = useMetadata();
  const { data, error, refetch } = useQuery({ queryKey: ["admin", "system"], queryFn: ({ signal }) => readStatus(signal), refetchInterval: kRefresh_ms, staleTime: 0 });
  const routes = data ? routeLoads(data.samples) : [];
  const queries = data ? queryLoads(data.samples) : [];
  const total = routes.reduce((sum, route) => sum + route.count, 0);
  const failed = routes.reduce((sum, route) => sum + route.failed, 0);
  return (
    <AdminPage title={t("settings.page_system")} hint={t("admin.system_hint")} actions={<a href="/metrics" target="_blank" rel="noreferrer">{t("admin.system_metrics")}</a>}>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : data && (
        <>
          <dl className={system.facts}>
            <div><dt>{t("admin.system_state")}</dt><dd>{data.status === "ok" ? <Badge tone="success">{t("admin.system_ok")}</Badge> : <Badge tone="danger">{data.status}</Badge>}</dd></div>
            <div><dt>{t("admin.system_answer")}</dt><dd className="numbers">{formatMs(data.answer_ms)}</dd></div>
            <div><dt>{t("admin.system_requests")}</dt><dd className="numbers">{formatInteger(total)}</dd></div>
            <div><dt>{t("admin.system_failed")}</dt><dd className="numbers">{failed > 0 ? <Badge tone="danger">{formatInteger(failed)}</Badge> : "0"}</dd></div>
            <div><dt>{t("admin.system_version")}</dt><dd className="numbers">{data.metadata_version}</dd></div>
            <div><dt>{t("admin.system_sections")}</dt><dd className="numbers">{entities.length}</dd></div>
          </dl>
          {routes.length > 0 && <>
            <h2>{t("admin.system_routes")}</h2>
            <div className={classes.tableWrap}>
              <table className={classes.table}>
                <thead><tr><th>{t("admin.system_route")}</th><th data-number>{t("admin.system_count")}</th><th data-number>{t("admin.system_mean")}</th><th data-number>{t("admin.system_p95")}</th><th data-number>{t("admin.system_failed")}</th></tr></thead>
                <tbody>{routes.slice(0, kShown).map((route) => <tr key={route.route}><td><code>{route.route}</code></td><td data-number>{formatInteger(route.count)}</td><td data-number>{formatMs(route.mean_ms)}</td><td data-number>{route.p95_ms === null ? t("admin.over", { value: formatMs(1000) }) : t("admin.under", { value: formatMs(route.p95_ms) })}</td><td data-number>{formatInteger(route.failed)}</td></tr>)}</tbody>
              </table>
            </div>
          </>}
          {queries.length > 0 && <>
            <h2>{t("admin.system_queries")}</h2>
            <div className={classes.tableWrap}>
              <table className={classes.table}>
                <thead><tr><th>{t("admin.system_query")}</th><th data-number>{t("admin.system_count")}</th><th data-number>{t("admin.system_mean")}</th><th data-number>{t("admin.system_slowest")}</th></tr></thead>
                <tbody>{queries.slice(0, kShown).map((query) => <tr key={query.query}><td><code>{query.query}</code></td><td data-number>{formatInteger(query.count)}</td><td data-number>{formatMs(query.mean_ms)}</td><td data-number>{formatMs(query.max_ms)}</td></tr>)}</tbody>
              </table>
            </div>
          </>}
        </>
      )}
    </AdminPage>
  );
}
