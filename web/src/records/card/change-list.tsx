import { FieldView } from "@web/fields/field-view";
import { useMetadata } from "@web/lib/calls/metadata";
import type { FieldChange } from "@web/lib/calls/timeline";
import type { Entity } from "@web/lib/metadata-types";
import { isBlank } from "@web/lib/values";
import classes from "@web/records/card/timeline.module.css";

/** «Город: Тверь → Казань», a line for each field. */
export function ChangeList({ entity, changes, fallback = "" }: { entity: Entity; changes: FieldChange[]; fallback?: string }) {
  const metadata = useMetadata();
  const known = changes.map((change) => ({ change, field: metadata.field(entity, change.field) })).filter((one) => one.field && !one.field.hidden);
  if (known.length === 0) return <span>{fallback}</span>;
  return (
    <ul className={classes.changes}>
      {known.map(({ change, field }) => field && (
        <li key={change.field}>
          <span className="muted">{field.label}:</span>
          {!isBlank(change.before) && <><s><FieldView field={field} value={change.before} is_dense /></s><span aria-hidden="true">→</span></>}
          {isBlank(change.after) ? <span className="muted">—</span> : <FieldView field={field} value={change.after} is_dense />}
        </li>
      ))}
    </ul>
  );
}
