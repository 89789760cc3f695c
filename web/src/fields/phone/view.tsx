import { formatPhone, phoneHref } from "@web/lib/format/phone";
import { MultiLines } from "@web/fields/shared/multi/multi-lines";
import type { Phone } from "@web/lib/values";
import type { ViewProps } from "@web/fields/types";

export function View({ field, value, is_dense }: ViewProps) {
  const phones = (Array.isArray(value) ? value : [value]) as Phone[];
  return (
    <MultiLines field={field} items={phones} is_dense={is_dense}>
      {(phone) => (is_dense ? <span className="numbers">{formatPhone(phone)}</span> : <a className="numbers" href={phoneHref(phone)}>{formatPhone(phone)}</a>)}
    </MultiLines>
  );
}
