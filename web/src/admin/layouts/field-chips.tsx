import { dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { Menu } from "@mantine/core";
import { IconDots, IconGripVertical } from "@tabler/icons-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import chips from "@web/admin/layouts/field-chips.module.css";
import { useSortable, type Edge, type Place } from "@web/admin/shared/sortable";
import { IconButton } from "@web/kit/icon-button";
import { t } from "@web/lib/i18n";

export interface ChipAction {
  label: string;
  run: () => void;
}

interface FieldChipsProps {
  kind: string;
  list: string;
  keys: string[];
  labelOf: (key: string) => string;
  actionsOf: (key: string, at: number) => ChipAction[];
  /** Onto null: at the end. */
  onDrop: (dragged: Place, onto: string | null, edge: Edge) => void;
  axis?: "x" | "y";
  empty: string;
  extra?: ReactNode;
}

/** Names of fields that can be dragged within a list and between lists of one kind; the menu of each does the same. */
export function FieldChips({ kind, list, keys, labelOf, actionsOf, onDrop, axis = "y", empty, extra }: FieldChipsProps) {
  const ref = useRef<HTMLUListElement>(null);
  const drop = useRef(onDrop);
  const [is_over, setOver] = useState(false);
  useEffect(() => { drop.current = onDrop; });
  useEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    return dropTargetForElements({
      element, canDrop: ({ source }) => source.data.kind === kind,
      onDragEnter: () => setOver(true), onDragLeave: () => setOver(false),
      onDrop: ({ source, location }) => {
        setOver(false);
        if (location.current.dropTargets[0]?.element === element) drop.current({ list: String(source.data.list), id: String(source.data.id) }, null, "bottom");
      },
    });
  }, [kind]);
  return (
    <ul ref={ref} className={chips.list} data-axis={axis} data-over={is_over || undefined}>
      {keys.map((key, at) => <Chip key={key} kind={kind} list={list} id={key} label={labelOf(key)} actions={actionsOf(key, at)} axis={axis} onDrop={(dragged, onto, edge) => onDrop(dragged, onto.id, edge)} />)}
      {keys.length === 0 && <li className="muted">{empty}</li>}
      {extra && <li>{extra}</li>}
    </ul>
  );
}

interface ChipProps extends Place {
  kind: string;
  label: string;
  actions: ChipAction[];
  axis: "x" | "y";
  onDrop: (dragged: Place, onto: Place, edge: Edge) => void;
}

function Chip({ kind, list, id, label, actions, axis, onDrop }: ChipProps) {
  const { ref, edge, is_dragged } = useSortable<HTMLLIElement>({ kind, list, id, axis, onDrop });
  return (
    <li ref={ref} className={chips.chip} data-edge={edge ?? undefined} data-dragged={is_dragged || undefined}>
      <IconGripVertical size={14} aria-hidden="true" /><span className="cut" title={label}>{label}</span>
      <Menu position="bottom-end">
        <Menu.Target><IconButton size={24} label={t("admin.actions_of", { name: label })}><IconDots size={14} /></IconButton></Menu.Target>
        <Menu.Dropdown>{actions.map((action) => <Menu.Item key={action.label} onClick={action.run}>{action.label}</Menu.Item>)}</Menu.Dropdown>
      </Menu>
    </li>
  );
}
