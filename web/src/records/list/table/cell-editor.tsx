import { Popover } from "@mantine/core";
import { useState, type KeyboardEvent } from "react";
import { FieldInput } from "@web/fields/field-input";
import { t } from "@web/lib/i18n";
import type { Entity, Field } from "@web/lib/metadata-types";
import { messageOf, Problem, problemsByField } from "@web/lib/problem";
import type { AnyRecord } from "@web/lib/values";
import type { SaveRecord } from "@web/records/edit/use-record-editing";

interface CellEditorProps {
  entity: Entity;
  field: Field;
  record: AnyRecord;
  save: SaveRecord;
  onClose: () => void;
  /** Goes on to the next cell that can be edited (1), or to the one before (-1). */
  onStep: (step: 1 | -1) => void;
}

/** One value of a row, edited over its cell: Enter or a press outside saves, F2 saves and goes to the next cell, Escape takes it back. */
export function CellEditor({ entity, field, record, save, onClose, onStep }: CellEditorProps) {
  // What others save meanwhile comes into the record, and must make a conflict.
  const [base] = useState(record);
  const [value, setValue] = useState<unknown>(base[field.key] ?? null);
  const [error, setError] = useState<string | undefined>();
  const commit = async (next: unknown, leave = onClose) => {
    if (JSON.stringify(next ?? null) === JSON.stringify(base[field.key] ?? null)) {
      leave();
      return;
    }
    try {
      await save(base, { [field.key]: next });
      leave();
    } catch (problem) {
      setError((problem instanceof Problem ? problemsByField(problem)[field.key] : undefined) ?? messageOf(problem));
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" && event.key !== "F2") return;
    event.stopPropagation();
    if (event.key === "F2") void commit(value, () => onStep(event.shiftKey ? -1 : 1));
    else onClose();
  };
  return (
    <Popover opened withRoles={false} onChange={(is_open) => { if (!is_open) void commit(value); }} position="bottom-start" trapFocus closeOnEscape={false} withinPortal>
      <Popover.Target><span style={{ position: "absolute", inset: 0, pointerEvents: "none" }} /></Popover.Target>
      <Popover.Dropdown p={8} role="dialog" data-editing onKeyDown={onKeyDown} onClick={(event) => event.stopPropagation()} style={{ minWidth: 260 }} aria-label={t("card.edit_field", { field: field.label })}>
        <FieldInput entity={entity} field={field} value={value} record={record} error={error} auto_focus onChange={(next) => { setValue(next); setError(undefined); }} onCommit={(next) => { setValue(next); void commit(next); }} />
      </Popover.Dropdown>
    </Popover>
  );
}
