import classes from "@web/admin/shared/admin.module.css";
import { formatMs } from "@web/admin/system/format";
import type { SystemState } from "@web/admin/system/status";
import system from "@web/admin/system/system.module.css";
import { formatInteger } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";

const kShown = 12;

/** Where the time goes, for whoever looks after the machine; folded, because on most days nobody asks. */
export function Loads({ state }: { state: SystemState }) {
  const { routes, status } = state;
  return (
    <>
      {routes.length > 0 && (
        <details className={system.details}>
          <summary>{t("admin.system_routes")}</summary>
          <div className={classes.tableWrap} tabIndex={0} role="region" aria-label={t("admin.system_routes")}>
            <table className={classes.table}>
              <thead><tr><th>{t("admin.system_route")}</th><th data-number>{t("admin.system_count")}</th><th data-number>{t("admin.system_mean")}</th><th data-number>{t("admin.system_p95")}</th><th data-number>{t("admin.system_failed")}</th></tr></thead>
              <tbody>{routes.slice(0, kShown).map((route) => <tr key={route.route}><td><code>{route.route}</code></td><td data-number>{formatInteger(route.count)}</td><td data-number>{formatMs(route.mean_ms)}</td><td data-number>{route.p95_ms === null ? t("admin.over", { value: formatMs(1000) }) : t("admin.under", { value: formatMs(route.p95_ms) })}</td><td data-number>{formatInteger(route.failed)}</td></tr>)}</tbody>
            </table>
          </div>
        </details>
      )}
      {status.queries.length > 0 && (
        <details className={system.details}>
          <summary>{t("admin.system_queries")}</summary>
          <div className={classes.tableWrap} tabIndex={0} role="region" aria-label={t("admin.system_queries")}>
            <table className={classes.table}>
              <thead><tr><th>{t("admin.system_query")}</th><th data-number>{t("admin.system_count")}</th><th data-number>{t("admin.system_mean")}</th><th data-number>{t("admin.system_slowest")}</th></tr></thead>
              <tbody>{status.queries.map((query) => <tr key={query.name}><td><code>{query.name}</code></td><td data-number>{formatInteger(query.calls)}</td><td data-number>{formatMs(query.calls > 0 ? query.total_ms / query.calls : 0)}</td><td data-number>{formatMs(query.max_ms)}</td></tr>)}</tbody>
            </table>
          </div>
        </details>
      )}
    </>
  );
}
