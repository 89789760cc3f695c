import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { ErrorNotice } from "@web/kit/error-notice";
import { Segments } from "@web/kit/segments";
import { readImportRows, type Import, type RowStatus } from "@web/lib/calls/imports";
import { formatInteger } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import type { Counts } from "@web/records/import/counts";
import classes from "@web/records/import/import.module.css";
import { ReviewQueue } from "@web/records/import/review-queue";
import { RowTable } from "@web/records/import/row-table";

interface RowTabsProps {
  entity: Entity;
  current: Import;
  counts: Counts;
  onDecided: () => void;
}

const kAsked = 300;
const kOrder: RowStatus[] = ["review", "failed", "doubtful", "created", "updated", "skipped"];

/** The rows of an import by what became of them; those to be decided and those that failed come first. */
export function RowTabs({ entity, current, counts, onDecided }: RowTabsProps) {
  const doubtful = useRows(current.id, "doubtful").data ?? [];
  const numbers: Counts = { ...counts, doubtful: doubtful.length };
  const shown = kOrder.filter((status) => (numbers[status] ?? 0) > 0);
  const [chosen, setChosen] = useState<RowStatus | null>(null);
  const status = chosen && shown.includes(chosen) ? chosen : shown[0];
  if (!status) return null;
  const label = (one: RowStatus) => `${t(`import.rows_${one}`)} ${one === "doubtful" && doubtful.length === kAsked ? `${kAsked}+` : formatInteger(numbers[one] ?? 0)}`;
  return (
    <section className={classes.rows} aria-label={t("import.rows")}>
      <Segments label={t("import.rows")} value={status} options={shown.map((one) => ({ value: one, label: label(one) }))} onChange={setChosen} />
      <RowsOf key={status} entity={entity} current={current} status={status} onDecided={onDecided} />
    </section>
  );
}

function useRows(id: number, status: RowStatus) {
  return useQuery({ queryKey: ["import-rows", id, status], queryFn: ({ signal }) => readImportRows(id, status, kAsked, signal), staleTime: 5_000 });
}

function RowsOf({ entity, current, status, onDecided }: Omit<RowTabsProps, "counts"> & { status: RowStatus }) {
  const { data: rows, error, refetch } = useRows(current.id, status);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!rows) return <div className={classes.waiting} aria-busy="true" />;
  const decided = () => { void refetch(); onDecided(); };
  if (status === "review") return <ReviewQueue entity={entity} current={current} rows={rows} onDecided={decided} />;
  const ids = [...new Set(rows.map((row) => row.record).filter((id) => id !== null))];
  return (
    <>
      {ids.length > 0 && status !== "failed" && <div><Button component={Link} size="xs" variant="default" to={`/${entity.plural}`} search={{ filter: { field: "id", op: "in", value: ids } } as never}>{t("import.open_rows")}</Button></div>}
      <RowTable entity={entity} current={current} rows={rows} is_doubtful={status === "doubtful"} />
      {rows.length === kAsked && <p className="muted">{t("import.first_rows", { shown: kAsked })}</p>}
    </>
  );
}
