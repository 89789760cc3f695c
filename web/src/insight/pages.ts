import type { ComponentType } from "react";
import { loadTexts, type TextPart } from "@web/lib/i18n";
import type { PageDefinition } from "@web/lib/pages";

const insight_texts: TextPart = {
  ru: async () => (await import("@web/locales/insight/ru.json")).default,
  en: async () => (await import("@web/locales/insight/en.json")).default,
};

/** A page together with the texts of reports, which the first load does not carry. */
async function withTexts(page: Promise<ComponentType>): Promise<ComponentType> {
  const [loaded] = await Promise.all([page, loadTexts(insight_texts)]);
  return loaded;
}

/** Pages of this folder; each gets its route and its menu entry. */
export const insight_pages: PageDefinition[] = [
  { key: "funnel", label: "section.funnel", icon: "filter", load: () => withTexts((async () => (await import("@web/insight/funnel/funnel-page")).FunnelPage)()) },
  { key: "lost", label: "section.lost", icon: "mood-sad", load: () => withTexts((async () => (await import("@web/insight/lost/lost-page")).LostPage)()) },
];
