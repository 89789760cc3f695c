import { NumberInput, Select, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Segments } from "@web/kit/segments";
import { previewImport, type ImportSheet } from "@web/lib/calls/imports";
import { t } from "@web/lib/i18n";
import { messageOf } from "@web/lib/problem";
import classes from "@web/records/import/import.module.css";
import { RawTable } from "@web/records/import/raw-table";
import type { StepProps } from "@web/records/import/step-props";

const kEncodings = ["UTF-8", "windows-1251", "UTF-16LE", "UTF-16BE", "KOI8-R", "IBM866"];
const kDelimiters = [";", ",", "\t", "|"];
const kShownRows = 40;

/** How the file is read: encoding, delimiter, sheets and where each table begins; the first rows as they stand. */
export function FileStep({ entity, current, change, is_changing }: StepProps) {
  const [chosen, setChosen] = useState(current.sheets.find((sheet) => sheet.header_row >= 0)?.sheet ?? current.sheets[0]?.sheet ?? 0);
  const sheet = current.sheets.find((one) => one.sheet === chosen) ?? current.sheets[0];
  const { data: rows, error } = useQuery({
    queryKey: ["import-preview", current.id, "raw", sheet?.sheet, sheet?.header_row, current.encoding, current.delimiter], enabled: sheet !== undefined,
    queryFn: ({ signal }) => previewImport(current.id, { sheet: sheet?.sheet ?? 0, head: true, limit: kShownRows }, signal),
  });
  // A sheet that people left out comes back as it was found; one on which nothing was found begins with its first row.
  const taken = (one: ImportSheet) => (String(one.sheet) in (current.header_rows ?? {}) ? null : 1);
  const encodings = kEncodings.includes(current.encoding) ? kEncodings : [current.encoding, ...kEncodings];
  const delimiters = kDelimiters.includes(current.delimiter) ? kDelimiters : [current.delimiter, ...kDelimiters];
  return (
    <>
      <p className="muted">{t("import.file_lead")}</p>
      <div className={classes.options}>
        {current.format === "csv" && (
          <>
            <Select label={t("import.encoding")} data={encodings} value={current.encoding} onChange={(encoding) => encoding && void change({ encoding })} allowDeselect={false} disabled={is_changing} w={170} />
            <Select label={t("import.delimiter")} data={delimiters.map((one) => ({ value: one, label: delimiterText(one) }))} value={current.delimiter} onChange={(delimiter) => delimiter && void change({ delimiter })} allowDeselect={false} disabled={is_changing} w={190} />
          </>
        )}
        {sheet && current.format !== "vcard" && <HeaderRow key={`${sheet.sheet}/${sheet.header_row}`} sheet={sheet} change={change} is_changing={is_changing} />}
      </div>
      {current.sheets.length > 1 && (
        <div className={classes.options}>
          <Segments label={t("import.sheets")} value={String(chosen)} options={current.sheets.map((one) => ({ value: String(one.sheet), label: one.name || t("import.sheet_number", { number: one.sheet + 1 }) }))} onChange={(value) => setChosen(Number(value))} />
          {sheet && <Switch label={t("import.sheet_taken")} checked={sheet.header_row >= 0} disabled={is_changing} onChange={(event) => void change({ sheets: [{ sheet: sheet.sheet, header_row: event.currentTarget.checked ? taken(sheet) : -1 }] })} />}
        </div>
      )}
      {sheet && sheet.header_row < 0 && <p className={classes.notice}>{t("import.sheet_left_out", { entity: entity.label.many })}</p>}
      {error ? <p role="alert" className={classes.problem}>{messageOf(error)}</p> : rows ? <RawTable rows={rows} /> : <div className={classes.waiting} aria-busy="true" />}
    </>
  );
}

function delimiterText(delimiter: string): string {
  if (delimiter === ";") return t("import.semicolon");
  if (delimiter === ",") return t("import.comma");
  if (delimiter === "\t" || delimiter === "\\t") return t("import.tab");
  return delimiter;
}

function HeaderRow({ sheet, change, is_changing }: { sheet: ImportSheet } & Pick<StepProps, "change" | "is_changing">) {
  const [row, setRow] = useState<number | string>(sheet.header_row < 0 ? "" : sheet.header_row);
  const send = () => {
    if (typeof row === "number" && row !== sheet.header_row) void change({ sheets: [{ sheet: sheet.sheet, header_row: row }] });
  };
  return (
    <NumberInput
      label={t("import.header_row")} value={row} onChange={setRow} onBlur={send} onKeyDown={(event) => { if (event.key === "Enter") send(); }} min={0} max={300} allowDecimal={false} disabled={is_changing} w={190}
      title={t("import.header_row_hint")} hideControls
    />
  );
}
