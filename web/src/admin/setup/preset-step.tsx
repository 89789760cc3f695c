import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { applyPreset, presetsQuery, type Preset, type Presets } from "@web/admin/setup/setup-calls";
import setup from "@web/admin/setup/setup.module.css";
import { StepFoot } from "@web/admin/setup/step-foot";
import classes from "@web/admin/shared/admin.module.css";
import { useTask } from "@web/admin/shared/use-task";
import { Waiting } from "@web/admin/shared/waiting";
import { Badge } from "@web/kit/badge";
import { EntityIcon } from "@web/kit/entity-icon";
import { ErrorNotice } from "@web/kit/error-notice";
import { toTone } from "@web/kit/tone";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";

export function PresetStep({ onDone }: { onDone: () => void }) {
  const { data, error, refetch } = useQuery(presetsQuery);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  return data ? <PresetChoice presets={data} onDone={onDone} /> : <Waiting rows={4} />;
}

/** What the company does: its pipelines, stages, reasons, fields and roles are put in at once. */
function PresetChoice({ presets, onDone }: { presets: Presets; onDone: () => void }) {
  const [chosen, choose] = useState(presets.applied ?? "");
  const [run, is_running] = useTask();
  const preset = presets.items.find((one) => one.key === chosen);
  const is_applied = chosen !== "" && chosen === presets.applied;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      if (!is_applied) await applyPreset(chosen);
      onDone();
    });
  };
  return (
    <form onSubmit={submit} className={classes.form}>
      <p className="muted">{t(presets.replaces ? "admin.setup_preset_hint" : "admin.setup_preset_adds")}</p>
      <div className={setup.cards} role="radiogroup" aria-label={t("admin.setup_preset")}>
        {presets.items.map((one) => (
          <label key={one.key} className={setup.card} data-on={one.key === chosen || undefined}>
            <input type="radio" name="preset" value={one.key} checked={one.key === chosen} onChange={() => choose(one.key)} />
            <EntityIcon name={one.icon} size={20} />
            <span><strong>{one.name}</strong>{one.key === presets.applied && <> <Badge tone="success">{t("admin.setup_preset_is_on")}</Badge></>}<small>{one.about}</small></span>
          </label>
        ))}
      </div>
      {preset && <Preview preset={preset} />}
      <StepFoot label={t(is_applied || !preset ? "admin.setup_next" : "admin.setup_preset_apply")} is_running={is_running} is_disabled={!preset} onSkip={is_applied ? undefined : onDone} />
    </form>
  );
}

const kShown = ["pipeline", "stage"];

/** What the preset puts in, before it does. */
function Preview({ preset }: { preset: Preset }) {
  const metadata = useMetadata();
  const names = (entity: string) => preset.records.filter((record) => record.entity === entity).map((record) => String(record.values.name));
  const kinds = [...new Set(preset.records.map((record) => record.entity))].filter((entity) => !kShown.includes(entity));
  return (
    <div className={setup.preview} aria-live="polite">
      {preset.records.filter((record) => record.entity === "pipeline").map((pipeline) => (
        <div key={pipeline.key}>
          <h3>{String(pipeline.values.name)}</h3>
          <div className={classes.badges}>
            {preset.records.filter((record) => (record.values.pipeline as { ref?: string } | undefined)?.ref === pipeline.key).map((stage) => <Badge key={stage.key} tone={toTone(stage.values.color as string | null)}>{String(stage.values.name)}</Badge>)}
          </div>
        </div>
      ))}
      {kinds.map((entity) => <p key={entity}><span className="muted">{metadata.entity(entity)?.label.many ?? entity}:</span> {names(entity).join(", ")}</p>)}
      {preset.fields.length > 0 && <p><span className="muted">{t("admin.setup_preset_fields")}:</span> {preset.fields.map((field) => `${field.label} (${metadata.entity(field.entity)?.label.one ?? field.entity})`).join(", ")}</p>}
    </div>
  );
}
