import type { Metadata } from "@web/lib/calls/metadata";
import type { Entity } from "@web/lib/metadata-types";

/** A record that cannot be without another one (a bank account of a company) is found on that one's card. */
function isDetail(entity: Entity): boolean {
  return entity.fields.some((field) => field.required && (field.type === "link" || field.type === "link_any"));
}

/** What the side menu lists: readable records that somebody owns; dictionaries have no owner and live in settings. */
export function menuEntities(metadata: Metadata): Entity[] {
  return metadata.entities.filter((entity) => entity.kind === "record" && entity.can.read && (entity.owner || entity.custom) && !isDetail(entity))
    .sort((a, b) => a.id - b.id);
}
