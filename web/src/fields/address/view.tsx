import { MultiLines } from "@web/fields/shared/multi/multi-lines";
import type { Address } from "@web/lib/values";
import type { ViewProps } from "@web/fields/types";

function lineOf(address: Address): string {
  return address.text || [address.postal_code, address.city, address.street].filter(Boolean).join(", ");
}

export function View({ field, value, is_dense }: ViewProps) {
  const items = (Array.isArray(value) ? value : [value]) as Address[];
  return <MultiLines field={field} items={items} is_dense={is_dense}>{(item) => <span>{lineOf(item)}</span>}</MultiLines>;
}
