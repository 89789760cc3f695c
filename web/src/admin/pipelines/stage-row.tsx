import { NativeSelect, NumberInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconGripVertical, IconTrash } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import type { StagedEntity } from "@web/admin/pipelines/pipelines-page";
import { textsOf } from "@web/admin/pipelines/texts-of";
import classes from "@web/admin/shared/admin.module.css";
import { useSortable, type Edge, type Place } from "@web/admin/shared/sortable";
import { Badge } from "@web/kit/badge";
import { IconButton } from "@web/kit/icon-button";
import { toTone } from "@web/kit/tone";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import type { AnyRecord } from "@web/lib/values";

interface StageRowProps {
  staged: StagedEntity;
  stage: AnyRecord;
  is_first: boolean;
  is_last: boolean;
  onChange: (changes: Record<string, unknown>) => void;
  onStep: (step: number) => void;
  onDrop: (dragged: Place, onto: Place, edge: Edge) => void;
  onEdit: () => void;
  onRemove: () => void;
}

function optionsOf(entity: Entity, key: string) {
  return (entity.fields.find((field) => field.key === key)?.options ?? []).filter((option) => !option.hidden).map((option) => ({ value: option.key, label: option.label }));
}

export function StageRow({ staged, stage, is_first, is_last, onChange, onStep, onDrop, onEdit, onRemove }: StageRowProps) {
  const { ref, edge, is_dragged } = useSortable<HTMLLIElement>({ kind: "stage", list: "stages", id: String(stage.id), onDrop });
  const name = String(stage.name);
  const saved = stage.probability === null || stage.probability === undefined ? "" : Number(stage.probability);
  const [probability, setProbability] = useState<string | number>(saved);
  useEffect(() => setProbability(saved), [saved]);
  const required = textsOf(stage.required_fields).map((key) => staged.entity.fields.find((field) => field.key === key)?.label ?? key);
  const next = textsOf(stage.allowed_next);
  return (
    <li ref={ref} className={classes.row} data-edge={edge ?? undefined} data-dragged={is_dragged || undefined}>
      <span className={classes.grip} aria-hidden="true"><IconGripVertical size={16} /></span>
      <span className={classes.grow}>
        <button type="button" className={classes.open} onClick={onEdit}><Badge tone={toTone(stage.color as string | null)}>{name}</Badge></button>
        {required.length > 0 && <small className="muted" style={{ display: "block" }}>{t("admin.stage_asks", { fields: required.join(", ") })}</small>}
        {next.length > 0 && <small className="muted" style={{ display: "block" }}>{t("admin.stage_leads", { stages: next.join(", ") })}</small>}
      </span>
      <NativeSelect size="xs" w={124} aria-label={t("admin.stage_kind", { stage: name })} data={optionsOf(staged.stage, "kind")} value={String(stage.kind ?? "open")} onChange={(event) => onChange({ kind: event.currentTarget.value })} />
      <NativeSelect size="xs" w={124} aria-label={t("admin.stage_color", { stage: name })} data={optionsOf(staged.stage, "color")} value={String(stage.color ?? "info")} onChange={(event) => onChange({ color: event.currentTarget.value })} />
      <NumberInput
        size="xs" w={72} min={0} max={100} suffix="%" hideControls aria-label={t("admin.stage_probability", { stage: name })} value={probability} onChange={setProbability}
        onBlur={() => { if (probability !== saved) onChange({ probability: probability === "" ? null : String(probability) }); }}
      />
      <span className={classes.line} style={{ gap: 0 }}>
        <IconButton size={26} label={t("settings.option_up", { option: name })} disabled={is_first} onClick={() => onStep(-1)}><IconArrowUp size={14} /></IconButton>
        <IconButton size={26} label={t("settings.option_down", { option: name })} disabled={is_last} onClick={() => onStep(1)}><IconArrowDown size={14} /></IconButton>
        <IconButton size={26} label={`${t("card.delete")}: ${name}`} onClick={onRemove}><IconTrash size={14} /></IconButton>
      </span>
    </li>
  );
}
