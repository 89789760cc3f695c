import type { Widget } from "@web/lib/widgets";

export const widgets: Widget[] = [{ slot: "card.head", key: "handover", entity: "user", load: async () => (await import("./handover")).Handover }];
