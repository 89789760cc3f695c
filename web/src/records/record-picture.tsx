import { Avatar } from "@web/kit/avatar";
import { EntityIcon } from "@web/kit/entity-icon";
import type { Entity } from "@web/lib/metadata-types";
import classes from "@web/records/record-picture.module.css";

/** People and companies have a face or a sign; a deal or a task has none, and initials would only be noise. */
export function isParty(entity: Entity): boolean {
  return entity.fields.some((field) => field.type === "phone" || field.type === "email") && !entity.stages;
}

/** Initials of people and companies, the icon of the kind for everything else. */
export function RecordPicture({ entity, title, size }: { entity: Entity; title: string; size: number }) {
  if (isParty(entity)) return <Avatar name={title} size={size} is_square={!entity.icon?.startsWith("user")} />;
  return <span className={classes.picture} style={{ width: size, height: size }} aria-hidden="true"><EntityIcon name={entity.icon} size={Math.round(size * 0.5)} /></span>;
}
