import type { Widget } from "@web/lib/widgets";

export const widgets: Widget[] = [{ slot: "card.head", key: "send-again", entity: "outgoing_mail", load: async () => (await import("./send-again")).SendAgain }];
