import { MultiSelect } from "@mantine/core";
import { useState } from "react";
import type { StagedEntity } from "@web/admin/pipelines/pipelines-page";
import { renamedMoves } from "@web/admin/pipelines/stage-moves";
import { textsOf } from "@web/admin/pipelines/texts-of";
import { RecordDialog } from "@web/admin/shared/record-form";
import { patchRecord } from "@web/lib/calls/save-record";
import { t } from "@web/lib/i18n";
import type { AnyRecord } from "@web/lib/values";

interface StageDialogProps {
  staged: StagedEntity;
  stages: AnyRecord[];
  stage: AnyRecord;
  onClose: () => void;
  onSaved: () => Promise<void>;
}

/** One stage with what it asks for and where a record may go from it. */
export function StageDialog({ staged, stages, stage, onClose, onSaved }: StageDialogProps) {
  const { entity, stage: stage_entity } = staged;
  const [required, setRequired] = useState(() => textsOf(stage.required_fields));
  const [next, setNext] = useState(() => textsOf(stage.allowed_next));
  const fields = entity.fields.filter((field) => (!field.system && !field.hidden && !field.read_only && field.key !== entity.stages?.field && field.key !== entity.stages?.pipeline) || required.includes(field.key));
  const save = async (saved: AnyRecord) => {
    await patchRecord(stage_entity.plural, saved.id, saved.version, { required_fields: required, allowed_next: next });
    for (const move of renamedMoves(stages, saved.id, String(stage.name), String(saved.name))) {
      await patchRecord(stage_entity.plural, move.stage.id, move.stage.version, { allowed_next: move.allowed_next });
    }
    await onSaved();
  };
  return (
    <RecordDialog
      title={String(stage.name)} entity={stage_entity} record={stage} fields={["name", "kind", "color", "probability", "time_limit"]} onClose={onClose} onDone={onClose} afterSave={save}
      extra={<>
        <MultiSelect label={t("admin.stage_required")} description={t("admin.stage_required_hint")} data={fields.map((field) => ({ value: field.key, label: field.label }))} value={required} onChange={setRequired} searchable clearable />
        <MultiSelect label={t("admin.stage_next")} description={t("admin.stage_next_hint")} data={stages.filter((one) => one.id !== stage.id).map((one) => String(one.name))} value={next} onChange={setNext} searchable clearable />
      </>}
    />
  );
}
