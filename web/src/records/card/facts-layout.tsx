import { combine } from "@atlaskit/pragmatic-drag-and-drop/combine";
import { draggable, dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { Button, NativeSelect } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconGripVertical, IconPlus, IconX } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { IconButton } from "@web/kit/icon-button";
import { saveFacts } from "@web/lib/calls/save-layout";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import { factGroups } from "@web/records/card/card-facts";
import classes from "@web/records/card/facts-layout.module.css";
import { fieldMoved, fieldStepped } from "@web/records/card/facts-order";

/** The facts of the card laid out where they stand: fields are dragged, or moved by their buttons; it counts for everybody. */
export function FactsLayout({ entity, onDone }: { entity: Entity; onDone: () => void }) {
  const before = entity.card?.facts?.length ? entity.card.facts : factGroups(entity).named.map((group) => group.map((field) => field.key));
  const [groups, setGroups] = useState<string[][]>(before);
  const [is_saving, setSaving] = useState(false);
  const used = new Set(groups.flat());
  const unused = entity.fields.filter((field) => !used.has(field.key) && !field.system && !field.hidden);
  const labelOf = (key: string) => entity.fields.find((field) => field.key === key)?.label ?? key;
  const save = async () => {
    setSaving(true);
    try {
      await saveFacts(entity, groups);
      showToast({ tone: "success", text: t("layout.saved"), action: { label: t("action.undo"), run: () => saveFacts(entity, before) } });
      onDone();
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
    }
    setSaving(false);
  };
  return (
    <div className={classes.layout}>
      <p className="muted">{t("layout.hint")}</p>
      {groups.map((keys, group) => (
        <ul key={group} aria-label={t("layout.group", { number: group + 1 })}>
          {keys.map((key, at) => (
            <FieldLine
              key={key} name={key} label={labelOf(key)} onDrop={(moved, is_below) => setGroups(fieldMoved(groups, moved, { group, at: is_below ? at + 1 : at }))}
              onStep={(step) => setGroups(fieldStepped(groups, key, step))} onRemove={key === entity.title ? undefined : () => setGroups(groups.map((one) => one.filter((other) => other !== key)))}
            />
          ))}
        </ul>
      ))}
      <Button size="compact-sm" variant="subtle" leftSection={<IconPlus size={14} />} onClick={() => setGroups([...groups, []])} style={{ justifySelf: "start" }}>{t("layout.add_group")}</Button>
      {unused.length > 0 && (
        <NativeSelect
          size="xs" aria-label={t("layout.add_field")} value="" onChange={(event) => { if (event.currentTarget.value) setGroups(fieldMoved(groups, event.currentTarget.value, { group: groups.length - 1, at: groups.at(-1)?.length ?? 0 })); }}
          data={[{ value: "", label: t("layout.add_field") }, ...unused.map((field) => ({ value: field.key, label: field.label }))]}
        />
      )}
      <div className={classes.foot}>
        <Button size="xs" loading={is_saving} onClick={() => void save()}>{t("action.save")}</Button>
        <Button size="xs" variant="default" onClick={onDone}>{t("action.cancel")}</Button>
      </div>
    </div>
  );
}

interface FieldLineProps {
  name: string;
  label: string;
  onDrop: (moved: string, is_below: boolean) => void;
  onStep: (step: 1 | -1) => void;
  onRemove: (() => void) | undefined;
}

function FieldLine({ name, label, onDrop, onStep, onRemove }: FieldLineProps) {
  const place = useRef<HTMLLIElement>(null);
  const drop = useRef(onDrop);
  drop.current = onDrop;
  const [edge, setEdge] = useState<"top" | "bottom" | null>(null);
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const isBelow = (y: number) => y > element.getBoundingClientRect().top + element.offsetHeight / 2;
    return combine(
      draggable({ element, getInitialData: () => ({ kind: "card-fact", name }) }),
      dropTargetForElements({
        element, canDrop: ({ source }) => source.data.kind === "card-fact" && source.data.name !== name,
        onDrag: ({ location }) => setEdge(isBelow(location.current.input.clientY) ? "bottom" : "top"), onDragLeave: () => setEdge(null),
        onDrop: ({ source, location }) => {
          setEdge(null);
          drop.current(String(source.data.name), isBelow(location.current.input.clientY));
        },
      }),
    );
  }, [name]);
  return (
    <li ref={place} className={classes.line} data-edge={edge ?? undefined}>
      <IconGripVertical size={15} aria-hidden="true" /><span className="cut">{label}</span>
      <IconButton size={24} label={t("layout.up", { field: label })} onClick={() => onStep(-1)}><IconArrowUp size={14} /></IconButton>
      <IconButton size={24} label={t("layout.down", { field: label })} onClick={() => onStep(1)}><IconArrowDown size={14} /></IconButton>
      {onRemove && <IconButton size={24} label={t("layout.remove", { field: label })} onClick={onRemove}><IconX size={14} /></IconButton>}
    </li>
  );
}
