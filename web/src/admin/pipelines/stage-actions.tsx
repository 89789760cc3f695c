import { Button, Select, Switch } from "@mantine/core";
import { IconBolt, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import type { StagedEntity } from "@web/admin/pipelines/pipelines-page";
import classes from "@web/admin/shared/admin.module.css";
import { RecordDialog, type ControlProps } from "@web/admin/shared/record-form";
import { refreshRecords, useRecords } from "@web/admin/shared/use-records";
import { useTask } from "@web/admin/shared/use-task";
import { IconButton } from "@web/kit/icon-button";
import { useMetadata, type Metadata } from "@web/lib/calls/metadata";
import { deleteRecord, patchRecord, restoreRecord } from "@web/lib/calls/save-record";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { showToast } from "@web/lib/toasts";
import type { AnyRecord, Link } from "@web/lib/values";

const kFields = ["name", "stage", "trigger", "after", "kind", "task_name", "task_text", "task_due", "value", "message", "recipient", "user"];

/** What is done by itself in a pipeline: an entity that belongs to it and says what sets it off. */
function actionsOf(metadata: Metadata, { pipeline, stage }: StagedEntity): { entity: Entity; pipeline_key: string } | null {
  for (const entity of metadata.entities) {
    const link = entity.fields.find((field) => field.type === "link" && field.required && field.to?.includes(pipeline.key));
    if (link && entity.key !== stage.key && entity.fields.some((field) => field.key === "trigger")) return { entity, pipeline_key: link.key };
  }
  return null;
}

/** The actions of a pipeline: task, field, notice or owner on entering a stage, leaving it, or standing there too long. */
export function StageActions({ staged, pipeline }: { staged: StagedEntity; pipeline: AnyRecord }) {
  const metadata = useMetadata();
  const actions = actionsOf(metadata, staged);
  return actions && actions.entity.can.read ? <Actions staged={staged} pipeline={pipeline} {...actions} /> : null;
}

function Actions({ staged, pipeline, entity, pipeline_key }: { staged: StagedEntity; pipeline: AnyRecord; entity: Entity; pipeline_key: string }) {
  const fields = [...kFields, "field", "is_active", pipeline_key];
  const { items } = useRecords(entity, { fields, sort: [{ field: "position" }], filter: { field: pipeline_key, op: "eq", value: pipeline.id } });
  const [edited, setEdited] = useState<AnyRecord | null | undefined>(undefined);
  const [run] = useTask();
  const label = (key: string, value: unknown) => entity.fields.find((field) => field.key === key)?.options?.find((option) => option.key === value)?.label ?? "";
  const settable = staged.entity.fields.filter((field) => !field.system && !field.hidden && !field.read_only);
  const fieldSelect = ({ label: name, value, onChange, error }: ControlProps) => (
    <Select label={name} searchable data={settable.map((field) => ({ value: field.key, label: field.label }))} value={(value as string | null) ?? null} onChange={onChange} error={error ?? null} />
  );
  const remove = (action: AnyRecord) => void run(async () => {
    await deleteRecord(entity.plural, action.id);
    await refreshRecords(entity.key);
    showToast({ tone: "success", text: t("card.deleted", { title: String(action.name) }), action: { label: t("action.undo"), run: async () => { await restoreRecord(entity.plural, action.id); await refreshRecords(entity.key); } } });
  });
  const set = (action: AnyRecord, changes: Record<string, unknown>) => void run(async () => {
    await patchRecord(entity.plural, action.id, action.version, changes);
    await refreshRecords(entity.key);
  });
  return (
    <section aria-label={entity.label.many} className={classes.form}>
      <div><h2>{entity.label.many}</h2><p className="muted">{t("admin.actions_hint")}</p></div>
      {items.length > 0 && (
        <ul className={classes.rows}>
          {items.map((action) => (
            <li key={action.id} className={classes.row}>
              <IconBolt size={16} aria-hidden="true" />
              <span className={classes.grow}>
                <button type="button" className={classes.open} onClick={() => setEdited(action)}>{String(action.name)}</button>
                <small className="muted" style={{ display: "block" }}>{[label("trigger", action.trigger), (action.stage as Link | null)?.title ?? t("admin.actions_any_stage"), label("kind", action.kind)].filter(Boolean).join(" · ")}</small>
              </span>
              <Switch size="xs" aria-label={t("admin.actions_on", { name: String(action.name) })} checked={action.is_active === true} onChange={(event) => set(action, { is_active: event.currentTarget.checked })} />
              <IconButton size={26} label={`${t("card.delete")}: ${String(action.name)}`} onClick={() => remove(action)}><IconTrash size={14} /></IconButton>
            </li>
          ))}
        </ul>
      )}
      <div><Button variant="default" leftSection={<IconPlus size={16} />} onClick={() => setEdited(null)}>{t("admin.actions_add")}</Button></div>
      {edited !== undefined && (
        <ActionDialog key={edited?.id ?? 0} entity={entity} action={edited} initial={{ [pipeline_key]: { id: pipeline.id, title: String(pipeline.name) }, trigger: "enter", kind: "create_task", recipient: "owner" }} pipeline_key={pipeline_key} fieldSelect={fieldSelect} onClose={() => setEdited(undefined)} />
      )}
    </section>
  );
}

function ActionDialog({ entity, action, initial, pipeline_key, fieldSelect, onClose }: { entity: Entity; action: AnyRecord | null; initial: Record<string, unknown>; pipeline_key: string; fieldSelect: (props: ControlProps) => React.ReactNode; onClose: () => void }) {
  return (
    <RecordDialog
      title={action ? String(action.name) : t("admin.actions_add")} entity={entity} record={action} fields={action ? kFields : [...kFields, pipeline_key]} initial={initial}
      controls={{ field: fieldSelect }} onClose={onClose} onDone={onClose}
    />
  );
}
