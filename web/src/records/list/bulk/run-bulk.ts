import { startBulk, undoToItsEnd, untilOver, type BulkChange, type BulkTarget } from "@web/lib/calls/bulk";
import { t, tn } from "@web/lib/i18n";
import { announce } from "@web/lib/live";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";

function refresh(entity: Entity): void {
  announce({ entity: entity.key, id: 0, version: 0, action: "changed" });
}

/** Starts a change of many records, waits for its job and offers to take it back. */
export async function runBulk(entity: Entity, target: BulkTarget, change: BulkChange): Promise<void> {
  try {
    const job = await untilOver(await startBulk(entity.plural, target, change));
    refresh(entity);
    if (job.state !== "done") {
      showToast({ tone: "danger", text: t("bulk.failed") });
      return;
    }
    const undo = async () => {
      await undoToItsEnd(job.id);
      refresh(entity);
    };
    const text = tn("bulk.done", job.done);
    showToast(job.can_undo ? { tone: "success", text, action: { label: t("action.undo"), run: undo } } : { tone: "success", text });
  } catch (error) {
    showToast({ tone: "danger", text: messageOf(error) });
  }
}
