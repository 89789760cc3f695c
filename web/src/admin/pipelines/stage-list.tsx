import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import type { StagedEntity } from "@web/admin/pipelines/pipelines-page";
import { StageDialog } from "@web/admin/pipelines/stage-dialog";
import { changedPositions } from "@web/admin/pipelines/stage-moves";
import { StageRow } from "@web/admin/pipelines/stage-row";
import classes from "@web/admin/shared/admin.module.css";
import { movedTo, stepped, type Edge, type Place } from "@web/admin/shared/sortable";
import { refreshRecords, useRecords } from "@web/admin/shared/use-records";
import { useTask } from "@web/admin/shared/use-task";
import { EmptyState } from "@web/kit/empty-state";
import { createRecord, deleteRecord, patchRecord, restoreRecord } from "@web/lib/calls/save-record";
import { t } from "@web/lib/i18n";
import { query_client } from "@web/lib/query-client";
import { showToast } from "@web/lib/toasts";
import type { AnyRecord } from "@web/lib/values";

const kFields = ["name", "position", "kind", "color", "probability", "required_fields", "allowed_next", "time_limit"];

/** The stages of a pipeline in their order: dragged, stepped, opened for the rest. */
export function StageList({ staged, pipeline }: { staged: StagedEntity; pipeline: AnyRecord }) {
  const { stage: entity, pipeline_key } = staged;
  const { items, is_loaded } = useRecords(entity, { fields: [...kFields, pipeline_key], sort: [{ field: "position" }], filter: { field: pipeline_key, op: "eq", value: pipeline.id } });
  const [stages, setStages] = useState(items);
  const [edited, setEdited] = useState<AnyRecord | null>(null);
  const [run, is_running] = useTask();
  useEffect(() => setStages(items), [items]);
  const refresh = async () => {
    await refreshRecords(entity.key);
    // The boards know their stages by heart.
    await query_client.invalidateQueries({ queryKey: ["stages"] });
  };
  // One order after another, each on the versions the one before left: steps may be quicker than the server.
  const queue = useRef<Promise<unknown>>(Promise.resolve());
  const waiting = useRef(0);
  const versions = useRef(new Map<number, number>());
  const order = (next: AnyRecord[]) => {
    const changes = changedPositions(next);
    setStages(next.map((stage, at) => ({ ...stage, position: at + 1 })));
    waiting.current += 1;
    const save = async () => {
      for (const { stage, position } of changes) {
        const version = Math.max(stage.version, versions.current.get(stage.id) ?? 0);
        versions.current.set(stage.id, (await patchRecord(entity.plural, stage.id, version, { position })).version);
      }
    };
    queue.current = queue.current.then(() => run(save)).then(async (is_done) => {
      waiting.current -= 1;
      if (waiting.current > 0) return;
      await refresh();
      if (!is_done) setStages(items);
    });
  };
  const set = (stage: AnyRecord, changes: Record<string, unknown>) => void run(async () => {
    await patchRecord(entity.plural, stage.id, stage.version, changes);
    await refresh();
  });
  const drop = (dragged: Place, onto: Place, edge: Edge) => order(movedTo(stages, (stage) => String(stage.id), dragged.id, onto.id, edge));
  const add = () => void run(async () => {
    const at = stages.findIndex((stage) => stage.kind !== "open");
    const place = at < 0 ? stages.length : at;
    const made = await createRecord(entity.plural, { name: t("admin.stage_new"), [pipeline_key]: pipeline.id, kind: "open", color: "info", position: place + 1 });
    for (const [index, stage] of stages.slice(place).entries()) await patchRecord(entity.plural, stage.id, stage.version, { position: place + index + 2 });
    await refresh();
    setEdited(made);
  });
  const remove = (stage: AnyRecord) => void run(async () => {
    await deleteRecord(entity.plural, stage.id);
    await refresh();
    showToast({ tone: "success", text: t("card.deleted", { title: String(stage.name) }), action: { label: t("action.undo"), run: async () => { await restoreRecord(entity.plural, stage.id); await refresh(); } } });
  });
  return (
    <>
      {is_loaded && stages.length === 0 ? <EmptyState title={t("admin.stages_empty")} text={t("admin.stages_empty_text")} /> : (
        <>
        <div className={classes.columns} aria-hidden="true"><span>{t("admin.stage")}</span><span>{t("admin.stage_column_kind")}</span><span>{t("admin.stage_column_color")}</span><span>{t("admin.stage_column_probability")}</span></div>
        <ol className={classes.rows}>
          {stages.map((stage, at) => (
            <StageRow
              key={stage.id} staged={staged} stage={stage} is_first={at === 0} is_last={at === stages.length - 1} onChange={(changes) => set(stage, changes)} onStep={(step) => order(stepped(stages, at, step))} onDrop={drop}
              onEdit={() => setEdited(stage)} onRemove={() => remove(stage)}
            />
          ))}
        </ol>
        </>
      )}
      <div><Button variant="default" leftSection={<IconPlus size={16} />} loading={is_running} onClick={add}>{t("admin.stage_add")}</Button></div>
      {edited && <StageDialog staged={staged} stages={stages} stage={stages.find((one) => one.id === edited.id) ?? edited} onClose={() => setEdited(null)} onSaved={refresh} />}
    </>
  );
}
