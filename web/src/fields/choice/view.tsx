import { Badge } from "@web/kit/badge";
import { toTone } from "@web/kit/tone";
import type { ViewProps } from "@web/fields/types";

export function View({ field, value }: ViewProps) {
  const option = field.options?.find((one) => one.key === value);
  if (!option) return <span>{String(value)}</span>;
  return option.color ? <Badge tone={toTone(option.color)}>{option.label}</Badge> : <span>{option.label}</span>;
}
