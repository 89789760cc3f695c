import { EntityIcon } from "@web/kit/entity-icon";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import type { AnyRecord } from "@web/lib/values";
import { ActivityForm } from "@web/records/card/activity-form";
import classes from "@web/records/card/timeline.module.css";
import { activityKinds } from "@web/records/next-step";

interface ComposerProps {
  entity: Entity;
  record: AnyRecord;
  /** The kind that is being written; null while the composer rests. */
  kind_key: string | null;
  onKind: (key: string | null) => void;
}

/** Enters a call, a note, a task … about the record without leaving it. What is typed outlives a lost connection. */
export function Composer({ entity, record, kind_key, onKind }: ComposerProps) {
  const kinds = activityKinds(useMetadata(), entity).filter((kind) => kind.entity.can.create);
  const kind = kinds.find((one) => one.entity.key === kind_key);
  if (kinds.length === 0) return null;
  return (
    <div className={classes.composer}>
      <div className={classes.kinds} role="group" aria-label={t("composer.what")}>
        {kinds.map((one) => (
          <button key={one.entity.key} type="button" aria-pressed={one.entity.key === kind_key} onClick={() => onKind(one.entity.key === kind_key ? null : one.entity.key)}>
            <EntityIcon name={one.entity.icon} size={16} />{one.entity.label.one}
          </button>
        ))}
      </div>
      {kind && <ActivityForm key={kind.entity.key} kind={kind} next={kinds.find((one) => one.due !== null) ?? null} entity={entity} record={record} onDone={() => onKind(null)} />}
    </div>
  );
}
