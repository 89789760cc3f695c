import { useState } from "react";
import { isOver, readJob } from "@web/lib/calls/bulk";
import { findDuplicates } from "@web/lib/calls/duplicates";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";

const kPoll_ms = 700;

/** The check of the whole base: a job in the background, its progress in percent while the page is open. */
export function useBaseCheck(entity: Entity | undefined, onDone: () => void) {
  const [progress, setProgress] = useState<number | null>(null);
  const start = async () => {
    if (!entity) return;
    setProgress(0);
    try {
      let job = await findDuplicates(entity.plural);
      while (!isOver(job)) {
        await new Promise((resolve) => setTimeout(resolve, kPoll_ms));
        job = await readJob(job.id);
        setProgress(job.total > 0 ? Math.floor((100 * job.done) / job.total) : 0);
      }
      const found = typeof job.result?.found === "number" ? job.result.found : 0;
      showToast(job.state === "done" ? { tone: "success", text: t("web.duplicates.found", { count: found }) } : { tone: "danger", text: t("web.duplicates.failed") });
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
    }
    setProgress(null);
    onDone();
  };
  return { progress, is_running: progress !== null, start: () => void start() };
}
