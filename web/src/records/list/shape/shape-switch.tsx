import { IconCalendar, IconLayoutKanban, IconList, IconMap2 } from "@tabler/icons-react";
import { IconButton } from "@web/kit/icon-button";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import classes from "@web/records/list/shape/shape-switch.module.css";
import { shapesOf, type Shape } from "@web/records/list/shape/shapes";

const kIcons = { list: IconList, board: IconLayoutKanban, calendar: IconCalendar, map: IconMap2 };

/** The same records as a list, a board, a calendar or a map. */
export function ShapeSwitch({ entity, shape, onShape }: { entity: Entity; shape: Shape; onShape: (shape: Shape) => void }) {
  const shapes = shapesOf(entity);
  if (shapes.length < 2) return null;
  return (
    <div className={classes.shapes} role="group" aria-label={t("shape.title")}>
      {shapes.map((one) => {
        const Icon = kIcons[one];
        return <IconButton key={one} size={28} label={t(`shape.${one}`)} is_pressed={one === shape} onClick={() => onShape(one)}><Icon size={17} /></IconButton>;
      })}
    </div>
  );
}
