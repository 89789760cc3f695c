import { MultiLines } from "@web/fields/shared/multi/multi-lines";
import type { Messenger } from "@web/lib/values";
import type { ViewProps } from "@web/fields/types";

export function View({ field, value, is_dense }: ViewProps) {
  const items = (Array.isArray(value) ? value : [value]) as Messenger[];
  return <MultiLines field={field} items={items} is_dense={is_dense}>{(item) => <span>{item.raw}</span>}</MultiLines>;
}
