import { useEffect, useRef, useState, type FocusEvent, type KeyboardEvent } from "react";
import { FieldInput } from "@web/fields/field-input";
import { FieldView } from "@web/fields/field-view";
import { IconPencil } from "@tabler/icons-react";
import { t } from "@web/lib/i18n";
import type { Entity, Field } from "@web/lib/metadata-types";
import { messageOf, Problem, problemsByField } from "@web/lib/problem";
import type { AnyRecord } from "@web/lib/values";
import classes from "@web/records/edit/editable-value.module.css";
import type { SaveRecord } from "@web/records/edit/use-record-editing";

interface EditableValueProps {
  entity: Entity;
  field: Field;
  record: AnyRecord;
  save: SaveRecord;
  is_required?: boolean;
}

export function canEdit(entity: Entity, field: Field): boolean {
  return Boolean(entity.can.update) && !field.read_only && !field.system && field.can_update !== false && !["formula", "roll_up", "auto_number"].includes(field.type);
}

/** A value that is edited where it stands: press or Enter opens it, leaving it or Enter saves, Escape takes it back. */
export function EditableValue({ entity, field, record, save, is_required }: EditableValueProps) {
  const [is_editing, setEditing] = useState(false);
  const [draft, setDraft] = useState<unknown>(null);
  const [error, setError] = useState<string | undefined>();
  const [is_saving, setSaving] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const was_editing = useRef(false);
  // What the person sees and changes: what others save meanwhile comes into the record, and must make a conflict.
  const base = useRef(record);
  useEffect(() => {
    if (was_editing.current && !is_editing) opener.current?.focus({ preventScroll: true });
    was_editing.current = is_editing;
  }, [is_editing]);

  const start = () => {
    base.current = record;
    setDraft(record[field.key] ?? null);
    setError(undefined);
    setEditing(true);
  };
  const commit = async (value: unknown) => {
    if (is_saving) return;
    if (JSON.stringify(value ?? null) === JSON.stringify(base.current[field.key] ?? null)) {
      setEditing(false);
      return;
    }
    setSaving(true);
    try {
      await save(base.current, { [field.key]: value });
      setEditing(false);
    } catch (problem) {
      const at_field = problem instanceof Problem ? problemsByField(problem)[field.key] : undefined;
      setError(at_field ?? (problem instanceof Problem && problem.is_offline ? t("error.offline_text") : messageOf(problem)));
    }
    setSaving(false);
  };
  const onBlur = (event: FocusEvent) => {
    const next = event.relatedTarget as HTMLElement | null;
    const is_inside = frame.current?.contains(next) || next?.closest(".mantine-Popover-dropdown,.mantine-Combobox-dropdown,[role=dialog]");
    // Focus that goes nowhere belongs to a list or a calendar that is closing; the check waits until it settles.
    if (is_inside) return;
    setTimeout(() => {
      const focused = document.activeElement;
      if (frame.current && !frame.current.contains(focused) && !focused?.closest(".mantine-Popover-dropdown,.mantine-Combobox-dropdown")) void commit(draft);
    }, 80);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      setEditing(false);
    }
  };
  if (is_editing) {
    return (
      <div ref={frame} className={classes.editor} data-editing onBlur={onBlur} onKeyDown={onKeyDown} aria-busy={is_saving}>
        <FieldInput entity={entity} field={field} value={draft} record={record} error={error} is_required={is_required ?? false} auto_focus onChange={(value) => { setDraft(value); setError(undefined); }} onCommit={(value) => { setDraft(value); void commit(value); }} />
      </div>
    );
  }
  const content = <FieldView field={field} value={record[field.key]} record={record} />;
  if (!canEdit(entity, field)) return <div className={classes.fixed}>{content}</div>;
  return (
    <div className={classes.value} onClick={(event) => { if (!(event.target as HTMLElement).closest("a,button")) start(); }}>
      <div className={classes.content}>{content}</div>
      <button ref={opener} type="button" className={classes.pencil} aria-label={t("card.edit_field", { field: field.label })} onClick={start}><IconPencil size={14} aria-hidden="true" /></button>
    </div>
  );
}
