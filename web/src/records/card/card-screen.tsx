import { FieldView } from "@web/fields/field-view";
import { ErrorNotice } from "@web/kit/error-notice";
import { useRecord } from "@web/lib/calls/read-record";
import type { Entity } from "@web/lib/metadata-types";

/** The place of a record: facts, timeline, related things. */
export function CardScreen({ entity, id }: { entity: Entity; id: number }) {
  const { data: record, error, refetch } = useRecord(entity.plural, id);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!record) return null;
  return (
    <article style={{ padding: 16, overflow: "auto", height: "100%" }}>
      <h1>{String(record[entity.title] ?? "")}</h1>
      <dl>
        {entity.fields.filter((field) => !field.hidden).map((field) => (
          <div key={field.key}><dt className="muted">{field.label}</dt><dd><FieldView field={field} value={record[field.key]} record={record} /></dd></div>
        ))}
      </dl>
    </article>
  );
}
