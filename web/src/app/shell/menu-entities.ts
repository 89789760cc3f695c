import type { Metadata } from "@web/lib/calls/metadata";
import type { TextKey } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { cardWidgets } from "@web/lib/widgets";

/** The name under which records of a kind stand together in the menu; undefined: by themselves. */
export function menuGroup(entity: Entity): TextKey | undefined {
  return cardWidgets("card.main", entity.key).find((widget) => widget.menu)?.menu;
}

/** A record that cannot be without another one (a bank account of a company) is found on that one's card, unless it has a life of its own. */
function isDetail(entity: Entity): boolean {
  return entity.fields.some((field) => field.required && (field.type === "link" || field.type === "link_any")) && menuGroup(entity) === undefined;
}

/** What the side menu lists: readable records that somebody owns; dictionaries have no owner and live in settings. */
export function menuEntities(metadata: Metadata): Entity[] {
  return metadata.entities.filter((entity) => entity.kind === "record" && entity.can.read && (entity.owner || entity.custom) && !isDetail(entity))
    .sort((a, b) => a.id - b.id);
}
