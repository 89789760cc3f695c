import { Button, TextInput } from "@mantine/core";
import { IconArchive, IconArrowBackUp, IconArrowDown, IconArrowUp, IconGripVertical, IconPlus } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useEffect, useState, type FormEvent } from "react";
import { changedPositions } from "@web/admin/pipelines/stage-moves";
import classes from "@web/admin/shared/admin.module.css";
import { movedTo, stepped, useSortable, type Edge, type Place } from "@web/admin/shared/sortable";
import { refreshRecords, useRecords } from "@web/admin/shared/use-records";
import { useTask } from "@web/admin/shared/use-task";
import { IconButton } from "@web/kit/icon-button";
import { createRecord, patchRecord } from "@web/lib/calls/save-record";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import type { AnyRecord } from "@web/lib/values";

/** A small table edited in place: names, order, what is no longer offered. */
export function DictionaryList({ entity }: { entity: Entity }) {
  const has_archive = entity.fields.some((field) => field.key === "is_archived");
  const { items, is_loaded } = useRecords(entity, { fields: [entity.title, "position", "is_archived"], sort: [{ field: "position" }] });
  const [lines, setLines] = useState(items);
  const has_more = entity.fields.some((field) => !field.system && !field.hidden && ![entity.title, "position", "is_archived"].includes(field.key));
  const [name, setName] = useState("");
  const [run, is_running] = useTask();
  useEffect(() => setLines(items), [items]);
  const set = (line: AnyRecord, changes: Record<string, unknown>) => void run(async () => {
    await patchRecord(entity.plural, line.id, line.version, changes);
    await refreshRecords(entity.key);
  });
  const order = (next: AnyRecord[]) => {
    setLines(next);
    void run(async () => {
      for (const { stage: line, position } of changedPositions(next)) await patchRecord(entity.plural, line.id, line.version, { position });
      await refreshRecords(entity.key);
    });
  };
  const add = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      await createRecord(entity.plural, { [entity.title]: name.trim(), position: lines.length + 1 });
      setName("");
      await refreshRecords(entity.key);
    });
  };
  return (
    <div className={classes.form}>
      <h2>{entity.label.many}</h2>
      {is_loaded && lines.length === 0 && <p className="muted">{t("admin.dictionary_empty")}</p>}
      {lines.length > 0 && <ul className={classes.rows}>
        {lines.map((line, at) => (
          <Line
            key={line.id} line={line} card={has_more ? entity.plural : null} title={String(line[entity.title] ?? "")} is_first={at === 0} is_last={at === lines.length - 1} has_archive={has_archive} onRename={(text) => set(line, { [entity.title]: text })}
            onArchive={() => set(line, { is_archived: line.is_archived !== true })} onStep={(step) => order(stepped(lines, at, step))} onDrop={(dragged, onto, edge) => order(movedTo(lines, (one) => String(one.id), dragged.id, onto.id, edge))}
          />
        ))}
      </ul>}
      <form onSubmit={add} className={classes.bar}>
        <TextInput className={classes.grow} maw={360} aria-label={t("admin.dictionary_new")} placeholder={t("admin.dictionary_new")} value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <Button type="submit" variant="default" leftSection={<IconPlus size={16} />} loading={is_running} disabled={name.trim() === ""}>{t("field.add_line")}</Button>
      </form>
    </div>
  );
}

interface LineProps {
  line: AnyRecord;
  /** Where the rest of its fields is edited; null: there is nothing else. */
  card: string | null;
  title: string;
  is_first: boolean;
  is_last: boolean;
  has_archive: boolean;
  onRename: (text: string) => void;
  onArchive: () => void;
  onStep: (step: number) => void;
  onDrop: (dragged: Place, onto: Place, edge: Edge) => void;
}

function Line({ line, card, title, is_first, is_last, has_archive, onRename, onArchive, onStep, onDrop }: LineProps) {
  const { ref, edge, is_dragged } = useSortable<HTMLLIElement>({ kind: "dictionary", list: "dictionary", id: String(line.id), onDrop });
  const [typed, setTyped] = useState(title);
  useEffect(() => setTyped(title), [title]);
  const leave = () => {
    if (typed.trim() && typed.trim() !== title) onRename(typed.trim());
    else setTyped(title);
  };
  const is_off = line.is_archived === true;
  return (
    <li ref={ref} className={classes.row} data-edge={edge ?? undefined} data-dragged={is_dragged || undefined} style={{ flexWrap: "nowrap" }}>
      <span className={classes.grip} aria-hidden="true"><IconGripVertical size={16} /></span>
      <TextInput size="xs" className={classes.grow} aria-label={title} value={typed} disabled={is_off} onChange={(event) => setTyped(event.currentTarget.value)} onBlur={leave} onKeyDown={(event) => { if (event.key === "Enter") event.currentTarget.blur(); }} />
      {is_off && <small className="muted">{t("admin.archived")}</small>}
      <IconButton size={26} label={t("settings.option_up", { option: title })} disabled={is_first} onClick={() => onStep(-1)}><IconArrowUp size={14} /></IconButton>
      <IconButton size={26} label={t("settings.option_down", { option: title })} disabled={is_last} onClick={() => onStep(1)}><IconArrowDown size={14} /></IconButton>
      {card && <Link to="/$plural/$id" params={{ plural: card, id: String(line.id) }} style={{ fontSize: 13 }}>{t("admin.dictionary_more")}</Link>}
      {has_archive && <IconButton size={26} label={t(is_off ? "admin.unarchive" : "admin.archive", { name: title })} onClick={onArchive}>{is_off ? <IconArrowBackUp size={14} /> : <IconArchive size={14} />}</IconButton>}
    </li>
  );
}
