import type { ComponentType } from "react";
import type { BulkTarget } from "@web/lib/calls/bulk";
import type { AnyRecord } from "@web/lib/values";
import type { Entity } from "@web/lib/metadata-types";
import type { TextKey } from "@web/lib/i18n";
import type { MenuSectionKey } from "@web/lib/pages";

/** What a module may add to generic screens, in `modules/<m>/web/widgets.ts` as `export const widgets: Widget[]`. */
export type Widget = CardWidget | FormWidget | PageWidget | BulkWidget;

export interface CardWidgetProps {
  entity: Entity;
  record: AnyRecord;
}

/**
 * A part of the card of one entity: in the head beside the main actions, in the column of related things, or (`card.main`) what the record
 * is really about, above timeline and relations and as wide as both: the lines of a document.
 */
export interface CardWidget {
  slot: "card.head" | "card.related" | "card.main";
  key: string;
  entity: string;
  /** Of `card.main`: what the tab on a narrow screen is called. */
  label?: TextKey;
  load: () => Promise<ComponentType<CardWidgetProps>>;
}

export interface FormWidgetProps {
  entity: Entity;
  values: Record<string, unknown>;
  /** Puts values into the form; they are saved with it. */
  onFill: (values: Record<string, unknown>) => void;
}

/** A part of the form of a new record, above its buttons. */
export interface FormWidget {
  slot: "form.create";
  key: string;
  entity: string;
  load: () => Promise<ComponentType<FormWidgetProps>>;
}

/** A page of its own at `/page/<key>` with an entry in the side menu. */
export interface PageWidget {
  slot: "page";
  key: string;
  label: TextKey;
  icon: string;
  load: () => Promise<ComponentType>;
  /** Where in the side menu it stands; `other` where absent. */
  section?: MenuSectionKey;
  /** The entity it is about; who may not read that has no such entry. */
  needs?: string;
  /** The first screen after sign-in. */
  is_home?: boolean;
  /** The number beside the menu entry; asked anew after every change of the named entities. */
  badge?: { entities: string[]; read: (signal: AbortSignal) => Promise<number> };
}

export interface BulkWidgetProps {
  entity: Entity;
  target: BulkTarget;
  /** How many records are chosen; null where nobody has counted. */
  count: number | null;
  onClose: () => void;
  onDone: () => void;
}

/** What may be done with records chosen in a list, beside what every list offers. */
export interface BulkWidget {
  slot: "list.bulk";
  key: string;
  label: TextKey;
  icon: string;
  entities: string[];
  load: () => Promise<ComponentType<BulkWidgetProps>>;
}

const found = import.meta.glob<Widget[]>("../../../modules/*/web/widgets.ts", { eager: true, import: "widgets" });
const widgets = Object.values(found).flat();

export function cardWidgets(slot: CardWidget["slot"], entity_key: string): CardWidget[] {
  return widgets.filter((widget): widget is CardWidget => widget.slot === slot && widget.entity === entity_key);
}

export function bulkWidgets(entity_key: string): BulkWidget[] {
  return widgets.filter((widget): widget is BulkWidget => widget.slot === "list.bulk" && widget.entities.includes(entity_key));
}

export function formWidgets(entity_key: string): FormWidget[] {
  return widgets.filter((widget): widget is FormWidget => widget.slot === "form.create" && widget.entity === entity_key);
}

export function pageWidgets(): PageWidget[] {
  return widgets.filter((widget): widget is PageWidget => widget.slot === "page");
}
