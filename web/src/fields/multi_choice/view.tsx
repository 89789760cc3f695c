import { Badge } from "@web/kit/badge";
import { toTone } from "@web/kit/tone";
import { Chips } from "@web/fields/shared/chips";
import type { ViewProps } from "@web/fields/types";

export function View({ field, value, is_dense }: ViewProps) {
  const keys = Array.isArray(value) ? (value as string[]) : [String(value)];
  return (
    <Chips is_dense={is_dense}>
      {keys.map((key) => {
        const option = field.options?.find((one) => one.key === key);
        return <Badge key={key} tone={toTone(option?.color)}>{option?.label ?? key}</Badge>;
      })}
    </Chips>
  );
}
