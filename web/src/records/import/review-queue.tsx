import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { FieldView } from "@web/fields/field-view";
import { readRecordQuery } from "@web/lib/calls/read-record";
import { decideRow, type DuplicatePolicy, type Import, type ImportRow } from "@web/lib/calls/imports";
import { useMetadata } from "@web/lib/calls/metadata";
import { t, tn } from "@web/lib/i18n";
import { announce } from "@web/lib/live";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import classes from "@web/records/import/import.module.css";
import { shownValue } from "@web/records/import/shown-value";
import { targetLabel } from "@web/records/import/targets";

type Decision = Exclude<DuplicatePolicy, "ask">;

interface ReviewQueueProps {
  entity: Entity;
  current: Import;
  rows: ImportRow[];
  onDecided: () => void;
}

const kDecisions: Decision[] = ["fill", "overwrite", "create", "skip"];

/** Rows that wait for a decision, one at a time: what the file says beside what is known; the same answer may be given to all that are left. */
export function ReviewQueue({ entity, current, rows, onDecided }: ReviewQueueProps) {
  const [is_running, setRunning] = useState(false);
  const [passed, setPassed] = useState(0);
  const row = rows[passed % Math.max(1, rows.length)];
  if (!row) return null;
  const decide = async (chosen: ImportRow[], decision: Decision) => {
    setRunning(true);
    try {
      let failed = 0;
      for (const one of chosen) {
        const answer = await decideRow(current.id, one, decision);
        if (answer.status !== "failed") continue;
        failed += 1;
        showToast({ tone: "danger", text: answer.message ?? answer.reason ?? "" });
      }
      if (chosen.length > 1) showToast({ tone: failed > 0 ? "danger" : "success", text: tn("import.decided", chosen.length - failed) });
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
    }
    announce({ entity: entity.key, id: 0, version: 0, action: "changed" });
    setRunning(false);
    onDecided();
  };
  return (
    <section className={classes.review} aria-label={t("import.rows_review")}>
      <p role="status">{tn("import.review_left", rows.length)}</p>
      <div className={classes.buttons}>
        {kDecisions.map((decision) => <Button key={decision} size="sm" variant={decision === "fill" ? "filled" : "default"} loading={is_running} onClick={() => void decide([row], decision)}>{t(`import.decide_${decision}`)}</Button>)}
        {rows.length > 1 && <Button size="sm" variant="subtle" disabled={is_running} onClick={() => setPassed(passed + 1)}>{t("import.decide_later")}</Button>}
      </div>
      <Comparison key={`${row.sheet}/${row.row}`} entity={entity} current={current} row={row} />
      {rows.length > 1 && (
        <div className={classes.buttons}>
          <span className="muted">{tn("import.decide_all", rows.length)}</span>
          {kDecisions.map((decision) => <Button key={decision} size="compact-sm" variant="subtle" disabled={is_running} aria-label={t("import.all_of", { deed: t(`import.decide_${decision}`) })} onClick={() => void decide(rows, decision)}>{t(`import.decide_${decision}`)}</Button>)}
        </div>
      )}
    </section>
  );
}

/** The same letters and digits, however they are written. */
function isSame(written: string, known: string): boolean {
  const bare = (text: string) => text.toLowerCase().replaceAll("ё", "е").replace(/[^\p{L}\d]/gu, "");
  const [left, right] = [bare(written), bare(known)];
  const digits = (text: string) => text.replace(/\D/g, "").slice(-10);
  return left === right || (digits(left).length === 10 && digits(left) === digits(right));
}

/** A row of the file beside the record it is like. */
function Comparison({ entity, current, row }: { entity: Entity; current: Import; row: ImportRow }) {
  const metadata = useMetadata();
  const { data: record } = useQuery({ ...readRecordQuery(entity.plural, row.record ?? 0), enabled: row.record !== null, retry: false });
  const columns = current.sheets.find((sheet) => sheet.sheet === row.sheet)?.columns.filter((column) => column.target !== "" && (row.cells[column.index] ?? "") !== "") ?? [];
  return (
    <div className={classes.scroll} role="region" aria-label={t("import.row_number", { row: row.row })} tabIndex={0}>
      <table className={classes.changes}>
        <thead>
          <tr>
            <th scope="col">{t("import.field")}</th><th scope="col">{t("import.in_row", { row: row.row })}</th>
            <th scope="col">{record ? <Link to="/$plural/$id" params={{ plural: entity.plural, id: String(record.id) }}>{String(record[entity.title] ?? `№ ${record.id}`)}</Link> : t("import.known")}</th>
          </tr>
        </thead>
        <tbody>
          {columns.map((column) => {
            const [first = "", ...rest] = column.target.split(".");
            // Of what is linked only its name is known here.
            const field = rest.length === 0 || rest.join(".") === "name" ? metadata.field(entity, first) : undefined;
            const is_same = field !== undefined && record !== undefined && isSame(row.cells[column.index] ?? "", shownValue(field, record[field.key]));
            return (
              <tr key={column.index}>
                <th scope="row">{targetLabel(metadata, entity, column.target)}</th>
                <td data-same={is_same || undefined} data-other={!is_same || undefined}>{row.cells[column.index]}</td>
                <td>{record && field ? <FieldView field={field} value={record[field.key]} record={record} /> : "—"}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
