import type { Widget } from "@web/lib/widgets";

const kEntities = ["deal", "quote", "sales_order", "invoice", "contract", "act", "waybill", "tax_invoice"];

export const widgets: Widget[] = kEntities.map((entity): Widget => ({ slot: "card.head", key: `document-actions-${entity}`, entity, load: async () => (await import("./document-actions")).DocumentActions }));
