import type { MultiItem } from "@web/fields/shared/multi/multi-control";
import type { Field } from "@web/lib/metadata-types";

/** The value of a multi-value field as lines to edit: what the server derived (E.164, validity) is left behind. */
export function toItems(value: unknown): MultiItem[] {
  const list = Array.isArray(value) ? value : value === null || value === undefined ? [] : [value];
  return list.map((one) => {
    if (typeof one !== "object" || one === null) return { raw: String(one) };
    const { id, raw, text, kind } = one as { id?: number; raw?: string; text?: string; kind?: string | null };
    return { ...(id === undefined ? {} : { id }), raw: raw ?? text ?? "", kind: kind ?? null };
  });
}

/** A value as the API takes it: links by id, multi-values without derived parts and blank lines. */
export function toWire(field: Field, value: unknown): unknown {
  switch (field.type) {
    case "link": case "user":
      return typeof value === "object" && value !== null ? (value as { id: number }).id : value;
    case "link_any":
      return typeof value === "object" && value !== null ? { entity: (value as { entity: string }).entity, id: (value as { id: number }).id } : value;
    case "many_to_many": case "file": case "image":
      if (Array.isArray(value)) return value.map((one) => (typeof one === "object" && one !== null ? (one as { id: number }).id : one));
      return typeof value === "object" && value !== null ? (value as { id: number }).id : value;
    case "phone": case "email": case "messenger":
      return wireItems(value);
    case "url":
      return field.multiple ? wireItems(value) : value;
    case "address":
      return Array.isArray(value) ? value.map(wireAddress).filter((one) => Object.keys(one).some((key) => key !== "id" && key !== "kind")) : value;
    case "text": case "long_text":
      return typeof value === "string" && value.trim() === "" ? null : value;
    default:
      return value;
  }
}

function wireItems(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.filter((item) => typeof item !== "object" || (item as MultiItem).raw.trim() !== "").map((item) => {
    if (typeof item !== "object" || item === null) return item;
    const { id, raw, kind } = item as MultiItem;
    return { ...(id === undefined ? {} : { id }), raw: raw.trim(), ...(kind ? { kind } : {}) };
  });
}

function wireAddress(address: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(address).filter(([, part]) => part !== null && part !== "" && part !== undefined));
}
