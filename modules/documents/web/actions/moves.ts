import type { TextKey } from "@web/lib/i18n";

export interface Move {
  action: string;
  label: TextKey;
  /** Asked for with a note or a reason. */
  asks?: "note" | "reason";
}

/** What is made from what, as the server allows it. */
export const kMakes: Record<string, string[]> = {
  deal: ["quote", "sales_order", "invoice", "contract"],
  quote: ["sales_order", "invoice", "contract", "quote"],
  sales_order: ["invoice", "act", "waybill", "contract"],
  contract: ["sales_order", "invoice", "act", "waybill"],
  invoice: ["act", "waybill", "tax_invoice"],
  act: ["tax_invoice"],
  waybill: ["tax_invoice"],
  tax_invoice: ["tax_invoice"],
};

/** An advance needs its sum, a correction its figures: these are always asked for. */
export function mustAsk(from: string, to: string): boolean {
  return to === "tax_invoice" && (from === "invoice" || from === "tax_invoice");
}

/** The way on from a state; the first is what one mostly wants. */
export function movesOf(entity: string, state: unknown): Move[] {
  if (state === "draft") return entity === "quote" ? [{ action: "post", label: "web.documents.mark_sent" }] : [{ action: "post", label: "web.documents.post" }];
  if (entity !== "quote") return [];
  if (state === "approval") return [{ action: "approve", label: "web.documents.approve" }, { action: "return", label: "web.documents.return", asks: "note" }];
  return state === "sent" ? [{ action: "accept", label: "web.documents.accept" }, { action: "reject", label: "web.documents.reject" }] : [];
}

export function isOpenToClient(state: unknown): boolean {
  return state === "posted" || state === "sent" || state === "accepted";
}

/** Papers that go to a client by mail while they are drafts too: an offer is sent by being sent. */
export function maySend(entity: string, state: unknown): boolean {
  return isOpenToClient(state) || (entity === "quote" && state === "draft");
}

/** Which button stands out: sending an offer, posting a draft, an answer that is waited for; of what is done, none. */
export function primaryOf(entity: string, state: unknown): "send" | "move" | null {
  if (entity === "deal") return null;
  if (entity === "quote" && state === "draft") return "send";
  if (movesOf(entity, state).length > 0) return "move";
  return entity === "invoice" && state === "posted" ? "send" : null;
}
