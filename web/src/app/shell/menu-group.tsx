import { Link } from "@tanstack/react-router";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import classes from "@web/app/shell/shell.module.css";
import { EntityIcon } from "@web/kit/entity-icon";
import { t, type TextKey } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";

interface MenuGroupProps {
  label: TextKey;
  entities: Entity[];
  /** One of its sections is open: the group is, too. */
  is_here: boolean;
  is_folded: boolean;
}

const kOpen = "matvey.menu_open.";

/** Sections of one kind under a name of their own, so that the menu fits the screen; open or not is kept on this device. */
export function MenuGroup({ label, entities, is_here, is_folded }: MenuGroupProps) {
  const [is_open, setOpen] = useState(() => localStorage.getItem(kOpen + label) === "1");
  const is_shown = is_open || is_here;
  const toggle = () => {
    localStorage.setItem(kOpen + label, is_open ? "0" : "1");
    setOpen(!is_open);
  };
  return (
    <>
      <button type="button" className={classes.link} aria-expanded={is_shown} onClick={toggle} title={is_folded ? t(label) : undefined}>
        <EntityIcon name={entities[0]?.icon} /><span className="cut">{t(label)}</span>{!is_folded && <span className={classes.fold}>{is_shown ? <IconChevronDown size={14} aria-hidden="true" /> : <IconChevronRight size={14} aria-hidden="true" />}</span>}
      </button>
      {is_shown && entities.map((entity) => (
        <Link key={entity.key} to="/$plural" params={{ plural: entity.plural }} className={is_folded ? classes.link : classes.sub} title={is_folded ? entity.label.many : undefined}>
          {is_folded && <EntityIcon name={entity.icon} />}<span className="cut">{entity.label.many}</span>
        </Link>
      ))}
    </>
  );
}
