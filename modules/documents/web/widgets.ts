import type { Widget } from "@web/lib/widgets";

const kDocuments = ["quote", "sales_order", "invoice", "contract", "act", "waybill", "tax_invoice"];

export const widgets: Widget[] = [
  ...["deal", ...kDocuments].map((entity): Widget => ({ slot: "card.head", key: `document-actions-${entity}`, entity, load: async () => (await import("./actions/document-actions")).DocumentActions })),
  ...kDocuments.map((entity): Widget => ({ slot: "card.main", key: `document-lines-${entity}`, entity, label: "web.documents.lines", load: async () => (await import("./lines/lines-editor")).LinesEditor })),
  ...["deal", "company"].map((entity): Widget => ({ slot: "card.related", key: `documents-of-${entity}`, entity, load: async () => (await import("./related-documents")).RelatedDocuments })),
];
