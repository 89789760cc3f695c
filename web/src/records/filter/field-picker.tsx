import { TextInput } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useState, type KeyboardEvent } from "react";
import { targetOf, useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import type { Entity, Field } from "@web/lib/metadata-types";
import classes from "@web/records/filter/filter-bar.module.css";

interface FieldPickerProps {
  entity: Entity;
  accepts: (field: Field) => boolean;
  onPick: (path: string, field: Field) => void;
  placeholder?: string;
  /** Paths that are chosen already. */
  without?: string[];
}

interface Choice {
  path: string;
  field: Field;
  label: string;
}

/** Fields of an entity and, behind the arrow, those of the records it links to. */
export function FieldPicker({ entity, accepts, onPick, placeholder, without = [] }: FieldPickerProps) {
  const metadata = useMetadata();
  const [typed, setTyped] = useState("");
  const [via, setVia] = useState<{ path: string; entity: Entity } | null>(null);
  const here = via?.entity ?? entity;
  const prefix = via ? `${via.path}.` : "";
  const wanted = typed.trim().toLowerCase();
  const visible = here.fields.filter((field) => !field.hidden);
  const choices: Choice[] = visible.filter((field) => accepts(field) && field.label.toLowerCase().includes(wanted)).map((field) => ({ path: prefix + field.key, field, label: field.label }));
  const doors = visible.filter((field) => {
    const target = metadata.entity(targetOf(field));
    return target && field.type !== "many_to_many" && (via === null || via.path.split(".").length < 2) && field.label.toLowerCase().includes(wanted);
  });
  const deep = wanted.length < 2 || via ? [] : doors.flatMap((door) => {
    const target = metadata.entity(targetOf(door));
    return (target?.fields ?? []).filter((field) => accepts(field) && !field.hidden && !field.system && field.label.toLowerCase().includes(wanted)).map((field) => ({ path: `${door.key}.${field.key}`, field, label: `${door.label} → ${field.label}` }));
  });
  const all = [...choices, ...deep].filter((choice) => !without.includes(choice.path));
  const onKeyDown = (event: KeyboardEvent) => {
    const first = all[0];
    if (event.key === "Enter" && first) {
      event.preventDefault();
      onPick(first.path, first.field);
    }
  };
  return (
    <div className={classes.picker}>
      <TextInput size="xs" aria-label={t("filter.find_field")} placeholder={placeholder ?? t("filter.find_field")} data-autofocus value={typed} onChange={(event) => setTyped(event.currentTarget.value)} onKeyDown={onKeyDown} />
      {via && <button type="button" className={classes.choice} onClick={() => setVia(null)}>← {metadata.pathLabel(entity, via.path)}</button>}
      <ul>
        {all.map((choice) => <li key={choice.path}><button type="button" className={classes.choice} onClick={() => onPick(choice.path, choice.field)}>{choice.label}</button></li>)}
        {doors.map((door) => (
          <li key={`via-${door.key}`}>
            <button type="button" className={classes.choice} data-door onClick={() => { const target = metadata.entity(targetOf(door)); if (target) setVia({ path: prefix + door.key, entity: target }); setTyped(""); }}>
              {door.label} <IconChevronRight size={14} aria-label={t("filter.through")} />
            </button>
          </li>
        ))}
      </ul>
      {all.length === 0 && doors.length === 0 && <p className="muted">{t("picker.nothing")}</p>}
    </div>
  );
}
