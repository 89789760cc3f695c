import type { Widget } from "@web/lib/widgets";
import { countReview } from "./money-calls";

export const widgets: Widget[] = [
  { slot: "page", key: "bank", label: "web.money.bank", icon: "building-bank", section: "documents", needs: "payment", load: async () => (await import("./bank-page")).BankPage, badge: { entities: ["payment"], read: countReview } },
  { slot: "page", key: "receivables", label: "web.money.receivables", icon: "report-money", section: "documents", needs: "invoice", load: async () => (await import("./receivables-page")).ReceivablesPage },
  { slot: "card.head", key: "pay-invoice", entity: "invoice", load: async () => (await import("./pay-invoice")).PayInvoice },
  { slot: "card.head", key: "payment-actions", entity: "payment", load: async () => (await import("./payment-actions")).PaymentActions },
  { slot: "card.related", key: "company-credit", entity: "company", load: async () => (await import("./company-credit")).CompanyCredit },
];
