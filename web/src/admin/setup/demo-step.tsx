import { Progress } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent } from "react";
import { problemText } from "@web/admin/jobs/problem-text";
import { loadDemo } from "@web/admin/setup/setup-calls";
import setup from "@web/admin/setup/setup.module.css";
import { StepFoot } from "@web/admin/setup/step-foot";
import classes from "@web/admin/shared/admin.module.css";
import { useTask } from "@web/admin/shared/use-task";
import { EntityIcon } from "@web/kit/entity-icon";
import { isOver, readJob, type Job } from "@web/lib/calls/bulk";
import { formatInteger } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import { query_client } from "@web/lib/query-client";

type Choice = "empty" | "demo";
const kAsk_ms = 500;

/** An empty base, or a company made up to look round in. */
export function DemoStep({ onDone }: { onDone: () => void }) {
  const [choice, choose] = useState<Choice>("empty");
  const [job_id, setJob] = useState<number | null>(null);
  const [run, is_running] = useTask();
  const { data: job } = useQuery({
    queryKey: ["admin", "demo-job", job_id], enabled: job_id !== null, staleTime: 0, queryFn: ({ signal }) => readJob(job_id ?? 0, signal) as Promise<Job & { problem?: string | null }>,
    refetchInterval: (query) => (query.state.data && isOver(query.state.data) ? false : kAsk_ms),
  });
  const is_loading = job_id !== null && (!job || !isOver(job));
  const is_done = job?.state === "done";
  useEffect(() => {
    // Whatever was read before knows nothing of the new records.
    if (is_done) void query_client.invalidateQueries();
  }, [is_done]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (choice === "empty" || is_done) return onDone();
    void run(async () => setJob((await loadDemo()).id));
    return undefined;
  };
  const options: { key: Choice; icon: string }[] = [{ key: "empty", icon: "file-text" }, { key: "demo", icon: "users" }];
  return (
    <form onSubmit={submit} className={classes.form}>
      <div className={setup.cards} role="radiogroup" aria-label={t("admin.setup_demo")}>
        {options.map((one) => (
          <label key={one.key} className={setup.card} data-on={one.key === choice || undefined}>
            <input type="radio" name="demo" value={one.key} checked={one.key === choice} disabled={is_loading || is_done} onChange={() => choose(one.key)} />
            <EntityIcon name={one.icon} size={20} />
            <span><strong>{t(`admin.setup_demo_${one.key}`)}</strong><small>{t(`admin.setup_demo_${one.key}_text`)}</small></span>
          </label>
        ))}
      </div>
      {is_loading && (
        <div role="status">
          <p>{t("admin.setup_demo_runs")} {job && job.total > 0 && <span className="muted numbers">{t("admin.job_progress", { done: formatInteger(job.done), total: formatInteger(job.total) })}</span>}</p>
          <Progress mt={4} value={job && job.total > 0 ? (job.done / job.total) * 100 : 0} animated aria-label={t("admin.setup_demo_runs")} />
        </div>
      )}
      {is_done && <p role="status">{t("admin.setup_demo_done")}</p>}
      {job?.state === "failed" && <p role="alert" className={classes.error}>{job.problem ? problemText(job.problem) : t("admin.setup_demo_failed")}</p>}
      <StepFoot label={t(choice === "demo" && !is_done ? "admin.setup_demo_load" : "admin.setup_next")} is_running={is_running} is_disabled={is_loading} onSkip={job?.state === "failed" || is_loading ? onDone : undefined} />
    </form>
  );
}
