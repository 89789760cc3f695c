import { IconPencil } from "@tabler/icons-react";
import { useRef, useState, type KeyboardEvent } from "react";
import { FieldInput } from "@web/fields/field-input";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf, Problem, problemsByField } from "@web/lib/problem";
import type { AnyRecord } from "@web/lib/values";
import classes from "@web/records/card/card.module.css";
import { canEdit } from "@web/records/edit/editable-value";
import type { SaveRecord } from "@web/records/edit/use-record-editing";

interface CardTitleProps {
  entity: Entity;
  record: AnyRecord;
  title: string;
  save: SaveRecord;
}

/** The name of the record, edited where it stands: Enter or leaving it saves, Escape takes it back. */
export function CardTitle({ entity, record, title, save }: CardTitleProps) {
  const [draft, setDraft] = useState<unknown>(null);
  // What the person sees and changes: a change of another that comes meanwhile must make a conflict.
  const base = useRef(record);
  const [is_editing, setEditing] = useState(false);
  const [error, setError] = useState<string | undefined>();
  const field = entity.fields.find((one) => one.key === entity.title);
  const can_edit = field !== undefined && field.type === "text" && canEdit(entity, field);
  const start = () => {
    base.current = record;
    setDraft(record[entity.title] ?? "");
    setError(undefined);
    setEditing(true);
  };
  const commit = async (value: unknown) => {
    try {
      if (value !== base.current[entity.title]) await save(base.current, { [entity.title]: value });
      setEditing(false);
    } catch (problem) {
      setError((problem instanceof Problem ? problemsByField(problem)[entity.title] : undefined) ?? messageOf(problem));
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    setEditing(false);
  };
  if (is_editing && field) {
    return (
      <div data-editing onKeyDown={onKeyDown} onBlur={() => void commit(draft)}>
        <FieldInput entity={entity} field={field} value={draft} record={record} error={error} is_required auto_focus onChange={setDraft} onCommit={(value) => void commit(value)} />
      </div>
    );
  }
  return (
    <div className={classes.titleText}>
      <h1 className="cut" title={title} onDoubleClick={can_edit ? start : undefined}>{title}</h1>
      {can_edit && <button type="button" aria-label={t("card.edit_field", { field: field.label })} onClick={start}><IconPencil size={15} aria-hidden="true" /></button>}
    </div>
  );
}
