import { Badge } from "@web/kit/badge";
import { Chips } from "@web/fields/shared/chips";
import type { ViewProps } from "@web/fields/types";

export function View({ value, is_dense }: ViewProps) {
  const tags = Array.isArray(value) ? (value as string[]) : [String(value)];
  return <Chips is_dense={is_dense}>{tags.map((tag) => <Badge key={tag} tone="accent">{tag}</Badge>)}</Chips>;
}
