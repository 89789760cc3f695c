import { IconAlertTriangle } from "@tabler/icons-react";
import type { ImportColumn, PreviewRow } from "@web/lib/calls/imports";
import { useMetadata, type Metadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { markText } from "@web/records/card/mark-text";
import classes from "@web/records/import/import.module.css";
import { shownValue } from "@web/records/import/shown-value";
import { targetField, targetLabel } from "@web/records/import/targets";

interface MadeTableProps {
  entity: Entity;
  columns: ImportColumn[];
  rows: PreviewRow[];
}

/** The fields of the records to come: those the columns name, then those the program makes of them. */
function shownPaths(metadata: Metadata, entity: Entity, columns: ImportColumn[], rows: PreviewRow[]): string[] {
  const paths = new Set(columns.map((column) => column.target).filter(Boolean));
  for (const row of rows) for (const key of Object.keys(row.values)) paths.add(key);
  return [...paths].filter((path) => targetField(metadata, entity, path) !== undefined);
}

function cellText(metadata: Metadata, entity: Entity, row: PreviewRow, path: string): string {
  const field = targetField(metadata, entity, path);
  if (path in row.values) return shownValue(field, row.values[path]);
  const [first, ...rest] = path.split(".");
  return row.linked.filter((one) => one.field === first).map((one) => (rest.length === 0 ? (one.text ?? shownValue(undefined, one.values?.name)) : shownValue(field, one.values?.[rest.join(".")]))).filter(Boolean).join(", ");
}

/** The first records as they would be written, doubts beside the values they concern. */
export function MadeTable({ entity, columns, rows }: MadeTableProps) {
  const metadata = useMetadata();
  const paths = shownPaths(metadata, entity, columns, rows);
  if (rows.length === 0 || paths.length === 0) return <p className="muted">{t("import.nothing_made")}</p>;
  return (
    <div className={classes.scroll} role="region" aria-label={t("import.made_title")} tabIndex={0}>
      <table className={classes.raw}>
        <thead><tr><th scope="col">{t("import.row")}</th>{paths.map((path) => <th key={path} scope="col">{targetLabel(metadata, entity, path)}</th>)}</tr></thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.sheet}/${row.row}`}>
              <th scope="row" className="numbers">{row.row}</th>
              {paths.map((path) => {
                const text = cellText(metadata, entity, row, path);
                const marks = row.marks.filter((mark) => mark.field === path);
                return (
                  <td key={path} title={text} data-doubt={marks.length > 0 || undefined}>
                    {marks.length > 0 && <IconAlertTriangle size={13} role="img" aria-label={marks.map((mark) => markText(mark)).join(" ")} />}{text || marks.map((mark) => <i key={mark.code}>{mark.raw}</i>)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
