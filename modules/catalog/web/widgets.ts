import type { Widget } from "@web/lib/widgets";

export const widgets: Widget[] = [
  { slot: "page", key: "trade-settings", label: "web.trade.title", icon: "building-store", section: "catalog", load: async () => (await import("./trade-settings")).TradeSettings },
];
