import type { Phone } from "@web/lib/values";

/** «+7 912 345-67-89»; other countries in groups of three and two from the end. */
export function formatE164(e164: string): string {
  const russian = /^\+7(\d{3})(\d{3})(\d{2})(\d{2})$/.exec(e164);
  if (russian) return `+7 ${russian[1]} ${russian[2]}-${russian[3]}-${russian[4]}`;
  const other = /^\+(\d{1,3}?)(\d{2,3})(\d{3})(\d{2})(\d{2})$/.exec(e164);
  return other ? `+${other[1]} ${other[2]} ${other[3]}-${other[4]}-${other[5]}` : e164;
}

export function formatPhone(phone: Phone): string {
  const number = phone.e164 ? formatE164(phone.e164) : phone.raw;
  return phone.ext ? `${number}, ${phone.ext}` : number;
}

/** Address of a call link. */
export function phoneHref(phone: Phone): string {
  return `tel:${phone.e164 ?? phone.raw.replace(/[^\d+]/g, "")}`;
}
