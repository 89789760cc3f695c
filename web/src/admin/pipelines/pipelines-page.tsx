import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { StageActions } from "@web/admin/pipelines/stage-actions";
import { StageList } from "@web/admin/pipelines/stage-list";
import { AdminPage } from "@web/admin/shared/admin-page";
import classes from "@web/admin/shared/admin.module.css";
import { RecordDialog } from "@web/admin/shared/record-form";
import { useChoice } from "@web/admin/shared/use-choice";
import { useRecords } from "@web/admin/shared/use-records";
import { Badge } from "@web/kit/badge";
import { EmptyState } from "@web/kit/empty-state";
import { ErrorNotice } from "@web/kit/error-notice";
import { targetOf, useMetadata, type Metadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import type { AnyRecord } from "@web/lib/values";

export interface StagedEntity {
  /** What goes through the stages: a deal. */
  entity: Entity;
  stage: Entity;
  pipeline: Entity;
  /** The stage's link to its pipeline. */
  pipeline_key: string;
}

/** Every kind of record whose stages belong to pipelines, whatever its module. */
export function stagedEntities(metadata: Metadata): StagedEntity[] {
  return metadata.entities.flatMap((entity) => {
    const field = entity.stages ? metadata.field(entity, entity.stages.field) : undefined;
    const stage = metadata.entity(field ? targetOf(field) : null);
    const by = entity.stages?.pipeline ? metadata.field(entity, entity.stages.pipeline) : undefined;
    const pipeline = metadata.entity(by ? targetOf(by) : null);
    const link = stage?.fields.find((one) => one.type === "link" && pipeline && one.to?.includes(pipeline.key));
    return stage && pipeline && link ? [{ entity, stage, pipeline, pipeline_key: link.key }] : [];
  });
}

export function PipelinesPage() {
  const staged = stagedEntities(useMetadata())[0];
  if (!staged) return <AdminPage title={t("settings.page_pipelines")}><EmptyState title={t("admin.pipelines_none")} text={t("admin.pipelines_none_text")} /></AdminPage>;
  return <Pipelines staged={staged} />;
}

function Pipelines({ staged }: { staged: StagedEntity }) {
  const { pipeline: entity } = staged;
  const fields = ["name", "position", "is_default", "is_archived"].filter((key) => entity.fields.some((field) => field.key === key));
  const { items, is_loaded, error, refetch } = useRecords(entity, { fields, sort: [{ field: "position" }] });
  const [chosen, choose] = useChoice("pipeline");
  const [edited, setEdited] = useState<AnyRecord | null | undefined>(undefined);
  const pipeline = items.find((one) => String(one.id) === chosen) ?? items[0];
  const add = <Button leftSection={<IconPlus size={16} />} onClick={() => setEdited(null)}>{t("admin.pipeline_add")}</Button>;
  return (
    <AdminPage title={t("settings.page_pipelines")} hint={t("admin.pipelines_hint")} actions={is_loaded && !pipeline ? undefined : add}>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : is_loaded && !pipeline ? <EmptyState title={t("admin.pipelines_empty")} text={t("admin.pipelines_empty_text")} action={add} /> : pipeline && (
        <div className={classes.split}>
          <nav className={classes.side} aria-label={t("settings.page_pipelines")}>
            {items.map((one) => (
              <button key={one.id} type="button" aria-current={one.id === pipeline.id} onClick={() => choose(String(one.id))}>
                <span className="cut">{String(one.name)}</span>{one.is_default === true && <small>{t("admin.pipeline_default")}</small>}{one.is_archived === true && <small>{t("admin.archived")}</small>}
              </button>
            ))}
          </nav>
          <div className={classes.form}>
            <div className={classes.bar} style={{ alignItems: "center" }}>
              <h2 className={classes.grow}>{String(pipeline.name)} {pipeline.is_default === true && <Badge tone="accent">{t("admin.pipeline_default")}</Badge>}</h2>
              <Button size="compact-sm" variant="default" onClick={() => setEdited(pipeline)}>{t("admin.edit")}</Button>
            </div>
            <StageList key={pipeline.id} staged={staged} pipeline={pipeline} />
            <StageActions key={`actions-${pipeline.id}`} staged={staged} pipeline={pipeline} />
          </div>
        </div>
      )}
      {edited !== undefined && (
        <RecordDialog
          title={edited ? String(edited.name) : t("admin.pipeline_add")} entity={entity} record={edited} fields={edited ? ["name", "is_default", "is_archived"] : ["name"]}
          initial={{ position: items.length + 1 }} onClose={() => setEdited(undefined)} onDone={(saved) => { setEdited(undefined); choose(String(saved.id)); }}
        />
      )}
    </AdminPage>
  );
}
