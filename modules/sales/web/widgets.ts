import type { Widget } from "@web/lib/widgets";

export const widgets: Widget[] = [
  { slot: "card.head", key: "convert-lead", entity: "lead", load: async () => (await import("./convert-lead")).ConvertLead },
  { slot: "card.related", key: "deal-checklist", entity: "deal", load: async () => (await import("./deal-checklist")).DealChecklist },
  { slot: "card.related", key: "lead-score", entity: "lead", load: async () => (await import("./score-reasons")).ScoreReasons },
  { slot: "card.related", key: "deal-score", entity: "deal", load: async () => (await import("./score-reasons")).ScoreReasons },
  { slot: "card.related", key: "need-score", entity: "need", load: async () => (await import("./score-reasons")).ScoreReasons },
];
