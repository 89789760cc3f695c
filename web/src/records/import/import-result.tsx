import { Button } from "@mantine/core";
import { IconArrowBackUp, IconDownload } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { Badge } from "@web/kit/badge";
import { isOver, steerJob } from "@web/lib/calls/bulk";
import type { Import } from "@web/lib/calls/imports";
import { formatInstant } from "@web/lib/format/date";
import { formatInteger } from "@web/lib/format/number";
import { t, tn } from "@web/lib/i18n";
import { announce } from "@web/lib/live";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import { countsOf, countsOfJob, CountTiles, RelatedCounts } from "@web/records/import/counts";
import classes from "@web/records/import/import.module.css";
import { JobProgress } from "@web/records/import/job-progress";
import { stateTone } from "@web/records/import/import-state";
import { RowTabs } from "@web/records/import/row-tabs";
import { UndoDialog } from "@web/records/import/undo-dialog";
import { useJob } from "@web/records/import/use-import";

interface ImportResultProps {
  entity: Entity;
  current: Import;
  put: (next: Import) => void;
  refetch: () => void;
}

/** An import at work or over: how far it is, what came of it, the rows by their fate, and the way back. */
export function ImportResult({ entity, current, refetch }: ImportResultProps) {
  const job = current.job;
  const client = useQueryClient();
  const [is_asking, setAsking] = useState(false);
  const undoing = useJob(job?.undone_by ?? null);
  const is_undone = undoing?.state === "done";
  useEffect(() => {
    if (!is_undone) return;
    announce({ entity: entity.key, id: 0, version: 0, action: "changed" });
    void client.invalidateQueries({ queryKey: ["import-rows", current.id] });
  }, [is_undone, entity.key, client, current.id]);
  if (!job) return null;
  const steer = async (deed: "pause" | "resume" | "cancel") => {
    try {
      await steerJob(job.id, deed);
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
    }
    refetch();
  };
  const is_over = job.state === "done" || job.state === "failed" || job.state === "cancelled";
  const report = is_over && current.report && !current.report.dry_run && current.report.job === job.id ? current.report : null;
  const counts = report ? countsOf(report) : countsOfJob(job);
  return (
    <>
      <p className={classes.state}>
        <Badge tone={stateTone(job.undone_by ? "undone" : job.state)}>{t(job.undone_by ? "import.state_undone" : `import.state_${job.state}`)}</Badge>
        <span className="muted">{formatInstant(current.created_at)}</span>
      </p>
      {!is_over && (
        <div className={classes.running} role="status">
          <JobProgress done={job.done} total={job.total} />
          <div className={classes.buttons}>
            {job.state === "paused" ? <Button size="xs" onClick={() => void steer("resume")}>{t("import.resume")}</Button> : <Button size="xs" variant="default" onClick={() => void steer("pause")}>{t("import.pause")}</Button>}
            <Button size="xs" variant="default" onClick={() => void steer("cancel")}>{t("import.cancel")}</Button>
          </div>
          <p className="muted">{t(job.state === "paused" ? "import.paused_text" : "import.running_text")}</p>
        </div>
      )}
      {job.state === "failed" && <p role="alert" className={classes.problem}>{t("import.failed_text")}</p>}
      {job.state === "cancelled" && !job.undone_by && <p className={classes.notice}>{t("import.cancelled_text")}</p>}
      {report && <p role="status">{tn("import.done_rows", report.rows)}</p>}
      <CountTiles counts={counts} />
      {report && <RelatedCounts related={report.related} />}
      {job.undone_by !== null && (
        <div className={classes.running} role="status">
          {undoing && isOver(undoing)
            ? <p>{t("import.undone_text", { removed: formatInteger(Number(undoing.result?.removed ?? 0)), restored: formatInteger(Number(undoing.result?.restored ?? 0)), kept: formatInteger(Number(undoing.result?.kept ?? 0)) })} {undoing.error_file && <a href={undoing.error_file} download>{t("import.kept_file")}</a>}</p>
            : <><strong>{t("import.undoing")}</strong><JobProgress done={undoing?.done ?? 0} total={undoing?.total ?? 0} /></>}
        </div>
      )}
      {is_over && (
        <div className={classes.buttons}>
          <Button component={Link} size="sm" to={`/${entity.plural}`}>{t("import.to_list", { entity: entity.label.many })}</Button>
          {(counts.failed ?? 0) > 0 && !current.purged && <Button component="a" size="sm" variant="default" leftSection={<IconDownload size={16} />} href={`/api/v1/imports/${current.id}/failed`} download>{t("import.failed_file")}</Button>}
          {job.can_undo && <Button size="sm" variant="default" leftSection={<IconArrowBackUp size={16} />} onClick={() => setAsking(true)}>{t("import.undo")}</Button>}
        </div>
      )}
      {is_over && !current.purged && <RowTabs entity={entity} current={current} counts={counts} onDecided={refetch} />}
      {is_over && current.purged && <p className="muted">{t("import.purged_text")}</p>}
      {is_asking && <UndoDialog current={current} onClose={() => setAsking(false)} onStarted={() => { setAsking(false); refetch(); }} />}
    </>
  );
}
