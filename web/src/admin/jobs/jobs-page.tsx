import { Button, Progress } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { problemText } from "@web/admin/jobs/problem-text";
import { AdminPage } from "@web/admin/shared/admin-page";
import classes from "@web/admin/shared/admin.module.css";
import { useRecords } from "@web/admin/shared/use-records";
import { useTask } from "@web/admin/shared/use-task";
import { Badge } from "@web/kit/badge";
import { EmptyState } from "@web/kit/empty-state";
import { ErrorNotice } from "@web/kit/error-notice";
import type { Tone } from "@web/kit/tone";
import { api } from "@web/lib/api";
import { isOver, undoJob, type Job } from "@web/lib/calls/bulk";
import { useMetadata } from "@web/lib/calls/metadata";
import { formatInstant, formatInstantFully } from "@web/lib/format/date";
import { formatInteger } from "@web/lib/format/number";
import { hasText, t, tn, type TextKey } from "@web/lib/i18n";

interface JobRow extends Job {
  error_count: number;
  problem: string | null;
  undone_by: number | null;
  created_by: number;
  created_at: string;
  finished_at: string | null;
}

const kTones: Record<Job["state"], Tone> = { queued: "neutral", running: "info", paused: "warning", done: "success", failed: "danger", cancelled: "neutral" };
const kRunning_ms = 1000;
const kQuiet_ms = 10_000;

/** Modules bring names of their own jobs as `web.job.<kind>`. */
function kindText(kind: string): string {
  if (kind.endsWith(".undo")) return t("admin.job_undo_of", { job: kindText(kind.slice(0, -5)) });
  const key = [`admin.job_${kind}`, `web.job.${kind}`].find(hasText);
  return key ? t(key as TextKey) : kind;
}

/** Long work: how far it is, what failed, taking it back. Asked again every second while something runs. */
export function JobsPage() {
  const { data, error, refetch } = useQuery({
    queryKey: ["admin", "jobs"], queryFn: ({ signal }) => api.get<{ items: JobRow[] }>("/jobs", { query: { all: true, limit: 100 }, signal }), staleTime: 0,
    refetchInterval: (query) => (query.state.data?.items.some((job) => !isOver(job)) ? kRunning_ms : kQuiet_ms),
  });
  const people = useRecords(useMetadata().entity("user"), { fields: ["name"], sort: [{ field: "name" }] }).items;
  const [run, is_running] = useTask();
  const act = (call: () => Promise<unknown>) => void run(async () => {
    await call();
    await refetch();
  });
  return (
    <AdminPage title={t("settings.page_jobs")} hint={t("admin.jobs_hint")}>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : data && data.items.length === 0 ? <EmptyState title={t("admin.jobs_empty")} text={t("admin.jobs_empty_text")} /> : (
        <ul className={classes.rows}>
          {data?.items.map((job) => (
            <li key={job.id} className={classes.row}>
              <div className={classes.grow} style={{ flexBasis: 220 }}>
                <strong>{kindText(job.kind)}</strong> <span className="muted">№ {job.id}</span>
                <div className="muted">{people.find((person) => person.id === job.created_by)?.name as string | undefined} <time dateTime={job.created_at} title={formatInstantFully(job.created_at)}>{formatInstant(job.created_at)}</time></div>
                {job.problem && <div className={classes.error}>{problemText(job.problem)}</div>}
              </div>
              <div style={{ flex: "1 1 160px" }}>
                <Badge tone={kTones[job.state]}>{t(`admin.job_state_${job.state}`)}</Badge> <span className="numbers muted">{t("admin.job_progress", { done: formatInteger(job.done), total: formatInteger(job.total) })}</span>
                {!isOver(job) && <Progress mt={4} size="sm" value={job.total > 0 ? (job.done / job.total) * 100 : 0} aria-label={kindText(job.kind)} animated />}
              </div>
              <div className={classes.actions}>
                {job.error_file && <a href={job.error_file} download>{tn("admin.job_errors", job.error_count)}</a>}
                {!isOver(job) && <Button size="compact-sm" variant="default" loading={is_running} onClick={() => act(() => api.post(`/jobs/${job.id}:cancel`))}>{t("admin.job_stop")}</Button>}
                {job.can_undo && <Button size="compact-sm" variant="subtle" loading={is_running} onClick={() => act(() => undoJob(job.id))}>{t("admin.job_undo")}</Button>}
                {job.undone_by !== null && <span className="muted">{t("admin.job_undone", { id: job.undone_by })}</span>}
              </div>
            </li>
          ))}
        </ul>
      )}
    </AdminPage>
  );
}
