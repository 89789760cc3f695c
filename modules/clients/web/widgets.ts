import type { Widget } from "@web/lib/widgets";

export const widgets: Widget[] = [
  { slot: "page", key: "completeness", label: "web.completeness.title", icon: "clipboard-check", section: "clients", load: async () => (await import("./completeness-page")).CompletenessPage },
  { slot: "card.head", key: "personal-data", entity: "contact", load: async () => (await import("./personal-data")).PersonalData },
  { slot: "card.head", key: "enrich", entity: "company", load: async () => (await import("./enrich-card")).EnrichCard },
  { slot: "form.create", key: "enrich-form", entity: "company", load: async () => (await import("./enrich-form")).EnrichForm },
  { slot: "card.related", key: "check-answers", entity: "card_check", load: async () => (await import("./check-answers")).CheckAnswers },
];
