import { Button, Select } from "@mantine/core";
import { useState } from "react";
import type { ImportColumn } from "@web/lib/calls/imports";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import classes from "@web/records/import/import.module.css";
import { targetField, type TargetGroup } from "@web/records/import/targets";
import { unknownWords } from "@web/records/import/words";
import { WordsDialog } from "@web/records/import/words-dialog";

interface ColumnLineProps {
  entity: Entity;
  column: ImportColumn;
  groups: TargetGroup[];
  samples: string[];
  /** What stands in the first rows of this column. */
  words: string[];
  onChange: (next: ImportColumn) => void;
}

const kShownSamples = 3;

/** A column of the file: what stands in it, which field it fills and how it is to be read. */
export function ColumnLine({ entity, column, groups, samples, words, onChange }: ColumnLineProps) {
  const field = targetField(useMetadata(), entity, column.target);
  const [is_open, setOpen] = useState(false);
  const has_dates = field?.type === "date" || field?.type === "instant";
  const has_words = field?.type === "user" || (field?.options?.length ?? 0) > 0;
  const unknown = has_words && field?.type !== "user" ? unknownWords(field, words, column.values ?? {}).length : 0;
  const choose = (target: string | null) => {
    const { kind: _kind, values: _values, ...rest } = column;
    onChange({ ...rest, target: target ?? "" });
  };
  return (
    <tr data-unused={column.target === "" || undefined}>
      <th scope="row">{column.column}</th>
      <td><span className={classes.samples} title={samples.join("\n")}>{samples.slice(0, kShownSamples).join(" · ")}</span></td>
      <td><Select aria-label={t("import.target_of", { column: column.column })} data={groups} value={column.target || null} onChange={choose} placeholder={t("import.not_taken")} searchable clearable clearButtonProps={{ "aria-label": t("import.leave_out", { column: column.column }) }} nothingFoundMessage={t("import.no_target")} size="xs" comboboxProps={{ width: 300, position: "bottom-start" }} /></td>
      <td className={classes.reading}>
        {(field?.kinds?.length ?? 0) > 0 && <Select aria-label={t("import.kind_of", { column: column.column })} data={field?.kinds?.map((kind) => ({ value: kind.key, label: kind.label })) ?? []} value={column.kind ?? null} onChange={(kind) => { const { kind: _kind, ...rest } = column; onChange(kind ? { ...rest, kind } : rest); }} placeholder={t("import.kind_found")} clearable size="xs" />}
        {has_dates && <Select aria-label={t("import.dates_of", { column: column.column })} data={[{ value: "dmy", label: t("import.dates_dmy") }, { value: "mdy", label: t("import.dates_mdy") }]} value={column.date_order ?? "dmy"} onChange={(order) => { const { date_order: _order, ...rest } = column; onChange(order === "mdy" ? { ...rest, date_order: "mdy" } : rest); }} allowDeselect={false} size="xs" />}
        {has_words && <Button size="compact-sm" variant="default" data-warn={unknown > 0 || undefined} onClick={() => setOpen(true)}>{unknown > 0 ? t("import.words_unknown", { count: unknown }) : t("import.words")}</Button>}
        {is_open && field && <WordsDialog field={field} column={column} words={words} onClose={() => setOpen(false)} onChange={(values) => { setOpen(false); const { values: _values, ...rest } = column; onChange(Object.keys(values).length > 0 ? { ...rest, values } : rest); }} />}
      </td>
    </tr>
  );
}
