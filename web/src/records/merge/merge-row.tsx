import { Radio } from "@mantine/core";
import { FieldView } from "@web/fields/field-view";
import type { MergeSource } from "@web/lib/calls/merge";
import { t } from "@web/lib/i18n";
import type { Field } from "@web/lib/metadata-types";
import { isBlank, type AnyRecord } from "@web/lib/values";
import classes from "@web/records/merge/merge-dialog.module.css";

interface MergeRowProps {
  field: Field;
  /** Key of the field that names a record. */
  title: string;
  records: AnyRecord[];
  source: MergeSource;
  /** Lists may keep the values of all the records. */
  can_unite: boolean;
  /** The record whose value stays; null: back to both together. */
  onChoose: (id: number | null) => void;
}

/** One field of the records side by side; the chosen value is marked. */
export function MergeRow({ field, title, records, source, can_unite, onChoose }: MergeRowProps) {
  return (
    <tr>
      <th scope="row">
        {field.label}
        {can_unite && <Radio size="xs" className={classes.unite} name={`merge-${field.key}`} label={t("merge.unite")} checked={source === "union"} onChange={() => onChoose(null)} />}
      </th>
      {records.map((record) => {
        const value = record[field.key];
        const is_chosen = source === record.id || source === "union";
        return (
          <td key={record.id} data-chosen={is_chosen || undefined}>
            <label className={classes.cell}>
              {!isBlank(value) && <Radio size="xs" name={`merge-${field.key}`} aria-label={t("merge.take", { field: field.label, record: String(record[title] ?? record.id) })} checked={source === record.id} onChange={() => onChoose(record.id)} />}
              <span><FieldView field={field} value={value} record={record} /></span>
            </label>
          </td>
        );
      })}
    </tr>
  );
}
