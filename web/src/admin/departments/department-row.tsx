import { combine } from "@atlaskit/pragmatic-drag-and-drop/combine";
import { draggable, dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { Menu } from "@mantine/core";
import { IconChevronDown, IconChevronRight, IconDots, IconGripVertical } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import type { Branch } from "@web/admin/departments/tree";
import classes from "@web/admin/shared/admin.module.css";
import { Avatar } from "@web/kit/avatar";
import { IconButton } from "@web/kit/icon-button";
import { t, tn } from "@web/lib/i18n";
import { isLink } from "@web/lib/values";

interface DepartmentRowProps {
  branch: Branch;
  people: number;
  is_closed: boolean;
  mayTake: (id: number) => boolean;
  onFold: () => void;
  onTake: (id: number) => void;
  onEdit: () => void;
  onAdd: () => void;
  onMove: () => void;
  onRemove: () => void;
}

export function DepartmentRow({ branch, people, is_closed, mayTake, onFold, onTake, onEdit, onAdd, onMove, onRemove }: DepartmentRowProps) {
  const { record, depth, children } = branch;
  const ref = useRef<HTMLLIElement>(null);
  const calls = useRef({ mayTake, onTake });
  const [is_over, setOver] = useState(false);
  const [is_dragged, setDragged] = useState(false);
  useEffect(() => { calls.current = { mayTake, onTake }; });
  useEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    return combine(
      draggable({ element, getInitialData: () => ({ kind: "department", id: record.id }), onDragStart: () => setDragged(true), onDrop: () => setDragged(false) }),
      dropTargetForElements({
        element, canDrop: ({ source }) => source.data.kind === "department" && calls.current.mayTake(Number(source.data.id)),
        onDragEnter: () => setOver(true), onDragLeave: () => setOver(false),
        onDrop: ({ source }) => { setOver(false); calls.current.onTake(Number(source.data.id)); },
      }),
    );
  }, [record.id]);
  const name = String(record.name);
  return (
    <li ref={ref} className={classes.row} role="treeitem" aria-level={depth + 1} aria-selected={false} aria-expanded={children > 0 ? !is_closed : undefined} data-dragged={is_dragged || undefined} style={{ paddingLeft: 8 + depth * 24, ...(is_over ? { background: "var(--selected)" } : {}) }}>
      <span className={classes.grip} aria-hidden="true"><IconGripVertical size={16} /></span>
      {children > 0 ? <IconButton size={24} label={t(is_closed ? "admin.unfold" : "admin.fold", { name })} onClick={onFold}>{is_closed ? <IconChevronRight size={16} /> : <IconChevronDown size={16} />}</IconButton> : <span style={{ width: 24 }} />}
      <span className={classes.grow} style={{ flexBasis: 120 }}><button type="button" className={classes.open} onClick={onEdit}>{name}</button> {people > 0 && <small className="muted numbers">{tn("admin.people", people)}</small>}</span>
      {isLink(record.head) && <span className={`${classes.person} ${classes.below} ${classes.leader}`} title={t("admin.department_head")}><Avatar name={record.head.title} size={20} />{record.head.title}</span>}
      <Menu position="bottom-end">
        <Menu.Target><IconButton label={t("admin.actions_of", { name })}><IconDots size={16} /></IconButton></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={onAdd}>{t("admin.department_add_below")}</Menu.Item>
          <Menu.Item onClick={onEdit}>{t("admin.edit")}</Menu.Item>
          <Menu.Item onClick={onMove}>{t("admin.department_move_to")}</Menu.Item>
          <Menu.Divider />
          <Menu.Item c="var(--danger)" onClick={onRemove}>{t("card.delete")}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </li>
  );
}
