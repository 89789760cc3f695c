import { FieldView } from "@web/fields/field-view";
import { useMetadata } from "@web/lib/calls/metadata";
import type { FieldChange } from "@web/lib/calls/history";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { isBlank } from "@web/lib/values";
import classes from "@web/records/card/timeline.module.css";

/** «Город: Тверь → Казань», a line for each field. */
export function ChangeList({ entity, changes }: { entity: Entity; changes: FieldChange[] }) {
  const metadata = useMetadata();
  const known = changes.map((change) => ({ change, field: metadata.field(entity, change.field) })).filter((one) => one.field && !one.field.hidden);
  if (known.length === 0) return null;
  return (
    <ul className={classes.changes}>
      {known.map(({ change, field }) => field && (
        <li key={change.field}>
          <span className="muted">{field.label}:</span>
          {field.type === "many_to_many" ? <span className="muted">{t("history.updated")}</span> : <>{!isBlank(change.old) && <><s><FieldView field={field} value={change.old} is_dense /></s><span aria-hidden="true">→</span></>}
          {isBlank(change.new) ? <span className="muted">—</span> : <FieldView field={field} value={change.new} is_dense />}</>}
        </li>
      ))}
    </ul>
  );
}
