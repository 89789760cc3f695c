import { IconAlertTriangle } from "@tabler/icons-react";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import type { AnyRecord } from "@web/lib/values";
import classes from "@web/records/card/card.module.css";
import { markText } from "@web/records/card/mark-text";

/** What was taken with doubt, mostly from a table: each goes away with a change of its field. */
export function MarksNote({ entity, record }: { entity: Entity; record: AnyRecord }) {
  const metadata = useMetadata();
  const marks = record.marks ?? [];
  if (marks.length === 0) return null;
  return (
    <section className={classes.marks} aria-label={t("mark.title")}>
      <h3><IconAlertTriangle size={15} aria-hidden="true" />{t("mark.title")}</h3>
      <ul>{marks.map((mark, at) => <li key={at}><strong>{metadata.field(entity, mark.field)?.label ?? mark.field}</strong> {markText(mark)}</li>)}</ul>
    </section>
  );
}
