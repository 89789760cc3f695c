import { MultiLines } from "@web/fields/shared/multi/multi-lines";
import type { Email } from "@web/lib/values";
import type { ViewProps } from "@web/fields/types";

export function View({ field, value, is_dense }: ViewProps) {
  const emails = (Array.isArray(value) ? value : [value]) as Email[];
  return (
    <MultiLines field={field} items={emails} is_dense={is_dense}>
      {(email) => (is_dense ? <span>{email.value ?? email.raw}</span> : <a href={`mailto:${email.value ?? email.raw}`}>{email.value ?? email.raw}</a>)}
    </MultiLines>
  );
}
