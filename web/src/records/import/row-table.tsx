import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@web/lib/api";
import type { Import, ImportRow } from "@web/lib/calls/imports";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import type { AnyRecord } from "@web/lib/values";
import { markText } from "@web/records/card/mark-text";
import classes from "@web/records/import/import.module.css";
import { skipText } from "@web/records/import/problem-list";

interface RowTableProps {
  entity: Entity;
  current: Import;
  rows: ImportRow[];
  is_doubtful: boolean;
}

const kPage = 50;

async function readRecords(plural: string, ids: number[]): Promise<Map<number, AnyRecord>> {
  // A record that is gone or closed to the caller is left out.
  const found = await Promise.all(ids.map((id) => api.get<AnyRecord>(`/${plural}/${id}`, { together: "later" }).catch(() => null)));
  return new Map(found.filter((record) => record !== null).map((record) => [record.id, record]));
}

/** Rows as they stood in the file, why they went where they went, and their records. */
export function RowTable({ entity, current, rows, is_doubtful }: RowTableProps) {
  const metadata = useMetadata();
  const [shown, setShown] = useState(kPage);
  const page = rows.slice(0, shown);
  const ids = [...new Set(page.map((row) => row.record).filter((id) => id !== null))];
  const { data: records } = useQuery({ queryKey: ["import-records", entity.plural, ids], enabled: ids.length > 0, queryFn: () => readRecords(entity.plural, ids), staleTime: 5_000 });
  const label = (key: string) => metadata.field(entity, key)?.label ?? key;
  const reason = (row: ImportRow) => {
    if (is_doubtful) return (records?.get(row.record ?? 0)?.marks ?? []).map((mark) => `${label(mark.field)}: ${markText(mark)}`).join("; ");
    if (row.status === "skipped") return skipText(row.reason ?? "");
    return row.reason ? `${row.field ? `${label(row.field)}: ` : ""}${row.message ?? row.reason}` : "";
  };
  const has_sheets = current.sheets.filter((sheet) => sheet.header_row >= 0).length > 1;
  const place = (row: ImportRow) => (has_sheets ? `${current.sheets.find((sheet) => sheet.sheet === row.sheet)?.name ?? row.sheet}, ${row.row}` : String(row.row));
  return (
    <>
      <div className={classes.scroll} role="region" aria-label={t("import.rows")} tabIndex={0}>
        <table className={classes.rowTable}>
          <thead><tr><th scope="col">{t("import.row")}</th><th scope="col">{t("import.in_file")}</th><th scope="col">{t("import.reason")}</th><th scope="col">{entity.label.one}</th></tr></thead>
          <tbody>
            {page.map((row) => {
              const text = row.cells.filter(Boolean).join(" · ");
              const record = records?.get(row.record ?? 0);
              return (
                <tr key={`${row.sheet}/${row.row}`}>
                  <th scope="row" className="numbers">{place(row)}</th>
                  <td title={text}>{text || "—"}</td>
                  <td>{reason(row)}</td>
                  <td>{row.record !== null && (record ? <Link to="/$plural/$id" params={{ plural: entity.plural, id: String(row.record) }}>{String(record[entity.title] ?? `№ ${row.record}`)}</Link> : <span className="muted">№ {row.record}</span>)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {rows.length > shown && <Button variant="subtle" size="xs" onClick={() => setShown(shown + kPage)}>{t("import.more")}</Button>}
    </>
  );
}
