import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { steerJob } from "@web/lib/calls/bulk";
import { readReport, runImport, type Import } from "@web/lib/calls/imports";
import { formatInteger } from "@web/lib/format/number";
import { t, tn } from "@web/lib/i18n";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import { ChangesTable } from "@web/records/import/changes-table";
import { countsOf, CountTiles, RelatedCounts } from "@web/records/import/counts";
import classes from "@web/records/import/import.module.css";
import { JobProgress } from "@web/records/import/job-progress";
import { ProblemList } from "@web/records/import/problem-list";
import type { StepProps } from "@web/records/import/step-props";
import { isBusy } from "@web/records/import/use-import";

/** The import tried without writing: what it would come to, which rows would fail, what would change. Then the real one. */
export function CheckStep({ entity, current, put }: StepProps & { put: (next: Import) => void }) {
  const [is_starting, setStarting] = useState(false);
  const job = current.dry_run_job;
  const is_checking = isBusy(job);
  const report = !is_checking && current.report?.dry_run ? current.report : null;
  const { data: full } = useQuery({ queryKey: ["import-report", current.id, report?.job], enabled: report !== null, queryFn: ({ signal }) => readReport(current.id, signal) });
  const start = async (is_trial: boolean) => {
    setStarting(true);
    try {
      put(await runImport(current.id, is_trial));
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
    }
    setStarting(false);
  };
  const is_tried = useRef(false);
  useEffect(() => {
    // Whoever comes here wants to know: the trial begins by itself, once.
    if (is_tried.current || report || is_checking) return;
    is_tried.current = true;
    void start(true);
  });
  const written = report ? report.created + report.updated : 0;
  return (
    <>
      {is_checking && job && (
        <div className={classes.running} role="status">
          <strong>{t("import.checking")}</strong>
          <JobProgress done={job.done} total={job.total} />
          <Button variant="default" size="xs" onClick={() => void steerJob(job.id, "cancel").catch((error: unknown) => showToast({ tone: "danger", text: messageOf(error) }))}>{t("import.stop_check")}</Button>
        </div>
      )}
      {!is_checking && !report && job && (job.state === "failed" || job.state === "cancelled") && <p className={classes.notice}>{t(job.state === "failed" ? "import.check_failed" : "import.check_stopped")}</p>}
      {report && (
        <>
          <p role="status">{tn("import.checked", report.rows)}</p>
          <CountTiles counts={countsOf(report)} is_trial />
          <RelatedCounts related={report.related} is_trial />
          {full?.changes && <ChangesTable entity={entity} changes={full.changes} />}
          {full && <ProblemList entity={entity} report={full} />}
        </>
      )}
      <footer className={classes.foot}>
        <Button variant="default" loading={is_starting} disabled={is_checking} onClick={() => void start(true)}>{t("import.check_again")}</Button>
        <Button loading={is_starting} onClick={() => void start(false)} disabled={report !== null && written === 0 && report.review === 0}>{report && written > 0 ? t("import.run_count", { count: formatInteger(written) }) : t("import.run")}</Button>
      </footer>
    </>
  );
}
