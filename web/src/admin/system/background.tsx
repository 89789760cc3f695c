import classes from "@web/admin/shared/admin.module.css";
import type { Status } from "@web/admin/system/status";
import { workName } from "@web/admin/system/work-name";
import { Badge } from "@web/kit/badge";
import { formatDuration, formatInstant } from "@web/lib/format/date";
import { formatInteger } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";

function State({ error, behind = 0 }: { error: string; behind?: number }) {
  if (error) return <><Badge tone="danger">{t("admin.work_failing")}</Badge> <small className={classes.error}>{error}</small></>;
  return behind > 0 ? <Badge tone="warning">{t("admin.work_behind", { count: formatInteger(behind) })}</Badge> : <Badge tone="success">{t("admin.work_well")}</Badge>;
}

/** What runs by itself: after changes and by the clock. */
export function Background({ status }: { status: Status }) {
  return (
    <section className={classes.form} aria-label={t("admin.system_background")}>
      <h2>{t("admin.system_background")}</h2>
      <div className={classes.tableWrap}>
        <table className={classes.table} data-cards>
          <thead><tr><th>{t("admin.work")}</th><th>{t("admin.work_when")}</th><th>{t("admin.work_last")}</th><th>{t("admin.state_work")}</th></tr></thead>
          <tbody>
            {status.consumers.map((one) => <tr key={`c-${one.name}`}><td>{workName(one.name)}</td><td data-label={t("admin.work_when")}>{t("admin.work_at_once")}</td><td className="muted">{t("admin.work_handled", { count: formatInteger(one.handled) })}</td><td><State error={one.last_error} behind={one.behind} /></td></tr>)}
            {status.schedules.map((one) => <tr key={`s-${one.name}`}><td>{workName(one.name)}</td><td data-label={t("admin.work_when")}>{t("admin.work_every", { period: formatDuration(`PT${one.period_s}S`) })}</td><td className="muted" data-label={t("admin.work_last")}>{one.last_run ? formatInstant(one.last_run) : t("admin.work_not_yet")}</td><td><State error={one.last_error} /></td></tr>)}
          </tbody>
        </table>
      </div>
    </section>
  );
}
