import type { Metadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";

export interface Insertion {
  /** What is put into the text; also its id. */
  text: string;
  label: string;
}

export interface InsertionGroup {
  title: string;
  items: Insertion[];
}

const kLineFields = ["position", "name", "article", "quantity", "price", "discount_percent", "net_amount", "vat_amount", "amount"];

function fieldsOf(entity: Entity | undefined, root: string): Insertion[] {
  const fields = (entity?.fields ?? []).filter((field) => !field.hidden && !field.system && !["json", "file", "image", "tags", "many_to_many", "roll_up"].includes(field.type));
  return fields.map((field) => {
    const is_link = field.type === "link" || field.type === "link_any" || field.type === "user";
    const value = field.type === "money" ? `${root}.${field.key} | money` : `${root}.${field.key}${is_link ? ".title" : ""}`;
    return { text: `{{ ${value} }}`, label: field.label };
  });
}

/** Everything a form may use: fields of the document and of both parties, its lines, conversions, loops and conditions. */
export function insertionsFor(metadata: Metadata, entity_key: string | undefined, pipes: string[], roots: string[]): InsertionGroup[] {
  const lines = metadata.entity("document_line");
  const named = new Set(["document", "seller", "seller_account", "buyer", "lines"]);
  const line = (key: string): Insertion => ({ text: `{{ line.${key} }}`, label: lines?.fields.find((field) => field.key === key)?.label ?? key });
  return [
    { title: t("forms.group_document"), items: fieldsOf(metadata.entity(entity_key), "document") },
    { title: t("forms.group_lines"), items: [{ text: "{{#for line, number in lines}}\n\n{{/for}}", label: t("forms.loop") }, ...kLineFields.map(line), { text: "{{ line.unit.name }}", label: metadata.entity("unit")?.label.one ?? "unit" }] },
    { title: t("forms.group_seller"), items: [...fieldsOf(metadata.entity("own_company"), "seller"), ...fieldsOf(metadata.entity("own_account"), "seller_account")] },
    { title: t("forms.group_buyer"), items: fieldsOf(metadata.entity("company"), "buyer").filter((item) => !/phones|emails|addresses|messengers/.test(item.text)) },
    { title: t("forms.group_blocks"), items: [{ text: "{{#if document.comment != null}}\n\n{{/if}}", label: t("forms.condition") }, { text: "{{ document.amount | words(document.currency) }}", label: t("forms.in_words") }, { text: "<img class=\"qr\" data-qr=\"{{ document | payment(seller, seller_account) }}\">", label: t("forms.qr") }] },
    { title: t("forms.group_pipes"), items: pipes.map((pipe) => ({ text: ` | ${pipe}`, label: pipe })) },
    { title: t("forms.group_more"), items: roots.filter((root) => !named.has(root)).map((root) => ({ text: `{{ ${root} }}`, label: root })) },
  ].filter((group) => group.items.length > 0);
}

/** Line and column, from 1, of a place in a text, and back. */
export function placeOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

export function offsetOf(text: string, line: number, column: number): number {
  const lines = text.split("\n");
  const start = lines.slice(0, Math.max(0, line - 1)).reduce((sum, one) => sum + one.length + 1, 0);
  return Math.min(text.length, start + Math.max(0, column - 1));
}

/** The place an error speaks of, in either language. */
export function placeInMessage(message: string): { line: number; column: number } | null {
  const found = /(\d+)\D+?(\d+)\s*:/.exec(message);
  return found ? { line: Number(found[1]), column: Number(found[2]) } : null;
}
