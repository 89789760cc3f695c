import type { Metadata } from "@web/lib/calls/metadata";
import type { Entity } from "@web/lib/metadata-types";

/** What the side menu lists: readable records that somebody owns; dictionaries have no owner and live in settings. */
export function menuEntities(metadata: Metadata): Entity[] {
  return metadata.entities.filter((entity) => entity.kind === "record" && entity.can.read && (entity.owner || entity.custom))
    .sort((a, b) => a.id - b.id);
}
