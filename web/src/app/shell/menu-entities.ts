import { kMenuModules, kMenuSections } from "@generated/menu";
import type { Metadata } from "@web/lib/calls/metadata";
import type { Entity } from "@web/lib/metadata-types";
import type { MenuSectionKey } from "@web/lib/pages";
import { pageWidgets, type PageWidget } from "@web/lib/widgets";

export interface MenuSection {
  key: MenuSectionKey;
  entities: Entity[];
}

/** A record that cannot be without another one (a bank account of a company) is found on that one's card. */
function isDetail(entity: Entity): boolean {
  return entity.fields.some((field) => field.required && (field.type === "link" || field.type === "link_any"));
}

const isShown = (entity: Entity | undefined): entity is Entity => entity !== undefined && entity.kind === "record" && Boolean(entity.can.read);

/** Pages of modules that stand in a section and are about something the caller may read; the first screen stands above them all. */
export function sectionPages(section: MenuSectionKey, metadata: Metadata): PageWidget[] {
  const isAllowed = (page: PageWidget) => page.needs === undefined || Boolean(metadata.entity(page.needs)?.can.read);
  return pageWidgets().filter((page) => !page.is_home && (page.section ?? "other") === section && isAllowed(page));
}

/** Sections that few open every day; the office that has no deals lives in its documents. */
export function closedAtFirst(metadata: Metadata): readonly string[] {
  return isShown(metadata.entity("deal")) ? ["documents", "catalog"] : ["catalog"];
}

/** The sections of the side menu that hold something the caller may read; dictionaries live in settings. */
export function menuSections(metadata: Metadata): MenuSection[] {
  const declared = Object.entries(kMenuSections).map(([key, keys]) => ({ key: key as MenuSectionKey, entities: keys.map((one) => metadata.entity(one)).filter(isShown) }));
  const rest = metadata.entities.filter((entity) => isShown(entity) && !kMenuModules.includes(entity.module ?? "") && (entity.owner || entity.custom) && !isDetail(entity));
  return [...declared, { key: "other" as const, entities: rest.sort((a, b) => a.id - b.id) }].filter((section) => section.entities.length > 0 || sectionPages(section.key, metadata).length > 0);
}

/** All of them in the order of the menu. */
export function menuEntities(metadata: Metadata): Entity[] {
  return menuSections(metadata).flatMap((section) => section.entities);
}
