import { Button } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { Segments } from "@web/kit/segments";
import { previewImport, type ImportColumn, type ImportSheet } from "@web/lib/calls/imports";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import { messageOf } from "@web/lib/problem";
import { ColumnLine } from "@web/records/import/column-line";
import classes from "@web/records/import/import.module.css";
import { MappingChoice } from "@web/records/import/mapping-choice";
import { MadeTable } from "@web/records/import/made-table";
import type { StepProps } from "@web/records/import/step-props";
import { targetGroups } from "@web/records/import/targets";

const kLookedAt = 200;
const kShown = 15;

/** Which column becomes what, with samples; beneath it the first records as they would come out. */
export function ColumnsStep(props: StepProps) {
  const { current } = props;
  const taken = current.sheets.filter((sheet) => sheet.header_row >= 0);
  const [chosen, setChosen] = useState(taken[0]?.sheet ?? 0);
  const [looked, setLooked] = useState(0);
  const sheet = taken.find((one) => one.sheet === chosen) ?? taken[0];
  if (!sheet) {
    return (
      <div className={classes.running}>
        <p className={classes.notice}>{t("import.no_table")}</p>
        <Button component={Link} variant="default" to="/imports/$id" params={{ id: String(current.id) } as never} search={{ step: "file" } as never}>{t("import.name_header")}</Button>
      </div>
    );
  }
  return (
    <>
      <MappingChoice {...props} onLooked={() => setLooked((before) => before + 1)} />
      {taken.length > 1 && <Segments label={t("import.sheets")} value={String(sheet.sheet)} options={taken.map((one) => ({ value: String(one.sheet), label: one.name || t("import.sheet_number", { number: one.sheet + 1 }) }))} onChange={(value) => setChosen(Number(value))} />}
      <SheetColumns key={`${sheet.sheet}/${sheet.header_row}/${current.encoding}/${current.delimiter}/${looked}`} {...props} sheet={sheet} />
    </>
  );
}

function SheetColumns({ entity, current, change, sheet }: StepProps & { sheet: ImportSheet }) {
  const metadata = useMetadata();
  const groups = useMemo(() => targetGroups(metadata, entity), [metadata, entity]);
  const [columns, setColumns] = useState(sheet.columns);
  const { data: rows, error } = useQuery({
    queryKey: ["import-preview", current.id, "made", sheet.sheet], placeholderData: keepPreviousData,
    queryFn: ({ signal }) => previewImport(current.id, { sheet: sheet.sheet, limit: kLookedAt }, signal),
  });
  const set = (index: number, next: ImportColumn) => {
    const all = columns.map((column) => (column.index === index ? next : column));
    setColumns(all);
    void change({ sheets: [{ sheet: sheet.sheet, columns: all }] });
  };
  const known = columns.filter((column) => column.target !== "").length;
  const data = rows?.filter((row) => row.kind === "data") ?? [];
  return (
    <>
      <p role="status" className="muted">{t("import.known_columns", { known, all: columns.length })}</p>
      <div className={classes.scroll} role="region" aria-label={t("import.columns")} tabIndex={0}>
        <table className={classes.columns}>
          <thead><tr><th scope="col">{t("import.column")}</th><th scope="col">{t("import.samples")}</th><th scope="col">{t("import.target")}</th><th scope="col">{t("import.reading")}</th></tr></thead>
          <tbody>
            {columns.map((column) => (
              <ColumnLine key={column.index} entity={entity} column={column} groups={groups} samples={sheet.samples[column.index] ?? []} words={data.map((row) => row.cells[column.index] ?? "")} onChange={(next) => set(column.index, next)} />
            ))}
          </tbody>
        </table>
      </div>
      <h2>{t("import.made_title")}</h2>
      {error ? <p role="alert" className={classes.problem}>{messageOf(error)}</p> : rows ? <MadeTable entity={entity} columns={columns} rows={data.slice(0, kShown)} /> : <div className={classes.waiting} aria-busy="true" />}
    </>
  );
}
