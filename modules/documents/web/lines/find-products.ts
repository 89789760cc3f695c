import { findLinks } from "@web/lib/calls/find-links";
import { queryRecords } from "@web/lib/calls/query-records";
import type { Entity } from "@web/lib/metadata-types";
import type { Link } from "@web/lib/values";

export interface FoundProduct {
  id: number;
  name: string;
  article: string;
  price: string | null;
}

const kMost = 8;

/** What is sold and fits what was typed, by name, article or the first letters of them; never the whole catalogue. */
export async function findProducts(entity: Entity, typed: string, signal: AbortSignal): Promise<FoundProduct[]> {
  const found = await findLinks(entity, typed, { limit: kMost, signal });
  if (found.length === 0) return [];
  const ids = found.map((link) => link.id);
  const { items } = await queryRecords(entity.plural, { filter: { field: "id", op: "in", value: ids }, fields: ["name", "article", "price", "is_active"], limit: kMost }, signal);
  return items.filter((item) => item.is_active !== false).sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id))
    .map((item) => ({ id: item.id, name: String(item.name), article: String(item.article ?? ""), price: (item.price as string | null) ?? null }));
}

export function linkTo(product: FoundProduct): Link {
  return { id: product.id, title: product.name };
}
