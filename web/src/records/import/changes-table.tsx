import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "@mantine/core";
import type { FullReport } from "@web/lib/calls/imports";
import { useMetadata } from "@web/lib/calls/metadata";
import { readTitles } from "@web/lib/calls/read-titles";
import { t, tn } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import classes from "@web/records/import/import.module.css";

const kPage = 50;

/** What an edited table would change, field by field: what is there now and what would stand instead. */
export function ChangesTable({ entity, changes }: { entity: Entity; changes: NonNullable<FullReport["changes"]> }) {
  const metadata = useMetadata();
  const [shown, setShown] = useState(kPage);
  const page = changes.slice(0, shown);
  const ids = page.map((change) => change.record);
  const { data: titles } = useQuery({ queryKey: ["titles", entity.key, ids], queryFn: () => readTitles(entity, ids) });
  return (
    <section aria-label={t("import.differences")}>
      <h2>{tn("import.changes", changes.length)}</h2>
      <div className={classes.scroll} role="region" aria-label={t("import.differences")} tabIndex={0}>
        <table className={classes.changes}>
          <thead><tr><th scope="col">{entity.label.one}</th><th scope="col">{t("import.field")}</th><th scope="col">{t("import.before")}</th><th scope="col">{t("import.after")}</th></tr></thead>
          <tbody>
            {page.flatMap((change) => Object.entries(change.fields).map(([key, [before, after]], at) => (
              <tr key={`${change.record}/${key}`}>
                <td>{at === 0 && <Link to="/$plural/$id" params={{ plural: entity.plural, id: String(change.record) }}>{titles?.get(change.record) ?? `№ ${change.record}`}</Link>}</td>
                <th scope="row">{metadata.field(entity, key)?.label ?? key}</th>
                <td><del>{before || "—"}</del></td>
                <td><ins>{after || "—"}</ins></td>
              </tr>
            )))}
          </tbody>
        </table>
      </div>
      {changes.length > shown && <Button variant="subtle" size="xs" onClick={() => setShown(shown + kPage)}>{t("import.more")}</Button>}
    </section>
  );
}
