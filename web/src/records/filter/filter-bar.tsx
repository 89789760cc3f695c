import { CloseButton, Popover } from "@mantine/core";
import { IconPlus, IconSearch, IconUser } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { drawnType, loadFilter } from "@web/fields/registry";
import { LazyPopover } from "@web/kit/lazy-popover";
import { useDebounced } from "@web/kit/use-debounced";
import { targetOf, useMetadata } from "@web/lib/calls/metadata";
import { readTitles } from "@web/lib/calls/read-titles";
import { isCondition, partsOf, type Condition, type Filter, type Operator } from "@web/lib/filter";
import { t } from "@web/lib/i18n";
import type { Entity, Field } from "@web/lib/metadata-types";
import { ConditionEditor, reshaped } from "@web/records/filter/condition-editor";
import { compoundText, isComplete, phraseOf } from "@web/records/filter/condition-text";
import { FieldPicker } from "@web/records/filter/field-picker";
import classes from "@web/records/filter/filter-bar.module.css";

interface FilterBarProps {
  entity: Entity;
  filter: Filter | null;
  text: string;
  onFilter: (filter: Filter | null) => void;
  onText: (text: string) => void;
  can_clear: boolean;
  onClear: () => void;
}

/** The conditions of a list as phrases that are read and edited in place, and a field for words. */
export function FilterBar({ entity, filter, text, onFilter, onText, can_clear, onClear }: FilterBarProps) {
  const parts = partsOf(filter);
  const [draft, setDraft] = useState<Condition | null>(null);
  const [is_picking, setPicking] = useState(false);
  const set = (next: Filter[]) => onFilter(next.length === 0 ? null : next.length === 1 ? (next[0] ?? null) : { and: next });
  const pick = (path: string, field: Field) => {
    setPicking(false);
    void loadFilter(drawnType(field)).then(({ operators }) => {
      const op: Operator = operators[0] ?? "eq";
      const initial = drawnType(field) === "bool" ? true : null;
      setDraft({ field: path, op, value: reshaped(initial, op) });
    });
  };
  return (
    <div className={classes.bar} role="group" aria-label={t("filter.title")}>
      <WordsField value={text} onChange={onText} label={t("filter.words", { entity: entity.label.many.toLowerCase() })} />
      {parts.map((part, at) => (isCondition(part) ? (
        <PhrasePart
          key={`${at}-${part.field}`} entity={entity} condition={part} onRemove={() => set(parts.filter((_, index) => index !== at))}
          onChange={(next) => set(parts.map((one, index) => (index === at ? next : one)))}
        />
      ) : (
        <CompoundPart key={at} entity={entity} part={part} onRemove={() => set(parts.filter((_, index) => index !== at))} />
      )))}
      {draft && <PhrasePart key="draft" entity={entity} condition={draft} is_new onRemove={() => setDraft(null)} onChange={(next) => { setDraft(null); set([...parts, next]); }} />}
      {entity.owner && entity.kind === "record" && !parts.some((part) => isCondition(part) && part.field === entity.owner) && (
        <button type="button" className={classes.add} onClick={() => set([...parts, { field: entity.owner ?? "", op: "eq", value: "me" }])}><IconUser size={14} aria-hidden="true" />{t("filter.only_mine")}</button>
      )}
      <LazyPopover
        opened={is_picking} onChange={setPicking} position="bottom-start" trapFocus returnFocus
        target={<button type="button" className={classes.add} onClick={() => setPicking(!is_picking)}><IconPlus size={14} aria-hidden="true" />{t("filter.add")}</button>}
      >
        {() => <Popover.Dropdown p={8}><FieldPicker entity={entity} accepts={(field) => field.filterable === true} onPick={pick} /></Popover.Dropdown>}
      </LazyPopover>
      {can_clear && <button type="button" className={classes.clear} onClick={onClear}>{t("list.clear_filter")}</button>}
    </div>
  );
}

function CompoundPart({ entity, part, onRemove }: { entity: Entity; part: Filter; onRemove: () => void }) {
  const text = compoundText(useMetadata(), entity, part);
  return (
    <span className={classes.phrase} title={text}>
      <span className="cut">{text}</span><CloseButton size={20} iconSize={13} aria-label={t("filter.remove", { condition: text })} onClick={onRemove} />
    </span>
  );
}

function WordsField({ value, onChange, label }: { value: string; onChange: (text: string) => void; label: string }) {
  const [typed, setTyped] = useState(value);
  const settled = useDebounced(typed, 250);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (settled.trim() !== value) onChange(settled.trim());
    // Only what was typed starts a search; a value from the address does not.
  }, [settled]);
  return (
    <label className={classes.words}>
      <IconSearch size={15} aria-hidden="true" />
      <input type="search" aria-label={label} placeholder={t("filter.words_short")} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
    </label>
  );
}

interface PhrasePartProps {
  entity: Entity;
  condition: Condition;
  is_new?: boolean;
  onChange: (condition: Condition) => void;
  onRemove: () => void;
}

function PhrasePart({ entity, condition, is_new = false, onChange, onRemove }: PhrasePartProps) {
  const metadata = useMetadata();
  const [is_open, setOpen] = useState(is_new);
  const [draft, setDraft] = useState(condition);
  useEffect(() => setDraft(condition), [condition]);
  const field = metadata.fieldAt(entity, condition.field);
  const target = field ? metadata.entity(targetOf(field)) : undefined;
  const ids = (Array.isArray(condition.value) ? condition.value : [condition.value]).filter((one): one is number => typeof one === "number");
  const { data: titles } = useQuery({ queryKey: ["titles", target?.plural, ids], queryFn: () => (target ? readTitles(target, ids) : new Map<number, string>()), enabled: Boolean(target) && ids.length > 0 });
  const phrase = phraseOf(metadata, entity, condition, titles);
  const close = () => {
    setOpen(false);
    if (!isComplete(draft)) {
      if (is_new) onRemove();
      return;
    }
    if (is_new || JSON.stringify(draft) !== JSON.stringify(condition)) onChange(draft);
  };
  return (
    <LazyPopover
      opened={is_open} onChange={(next) => (next ? setOpen(true) : close())} position="bottom-start" trapFocus returnFocus
      target={
        <button type="button" onClick={() => (is_open ? close() : setOpen(true))} disabled={!field}>
          {phrase.subject} <span className="muted">{phrase.verb || "—"}</span> {phrase.value && <strong>{phrase.value}</strong>}
        </button>
      }
      frame={(target) => (
        <span className={classes.phrase} data-open={is_open || undefined}>
          {target}<CloseButton size={20} iconSize={13} aria-label={t("filter.remove", { condition: phrase.subject })} onClick={onRemove} />
        </span>
      )}
    >
      {() => <Popover.Dropdown p={12}>
        {field && (
          <form onSubmit={(event) => { event.preventDefault(); close(); }}>
            <ConditionEditor field={field} condition={draft} onChange={setDraft} />
            <button type="submit" className={classes.apply}>{t("filter.apply")}</button>
          </form>
        )}
      </Popover.Dropdown>}
    </LazyPopover>
  );
}
