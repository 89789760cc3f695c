import { TextControl } from "@web/fields/shared/text-control";
import type { InputProps } from "@web/fields/types";
import { formatDuration } from "@web/lib/format/date";
import { t } from "@web/lib/i18n";

const format = (value: unknown) => (value ? formatDuration(String(value)) : "");

/** «1 ч 30 мин», «1:30», «90» (minutes), «2 д» as an ISO duration. */
function parse(text: string): string | undefined {
  const clean = text.trim().toLowerCase().replace(",", ".");
  const clock = /^(\d+):(\d{2})$/.exec(clean);
  if (clock) return `PT${clock[1]}H${Number(clock[2])}M`;
  if (/^\d+$/.test(clean)) return `PT${clean}M`;
  const match = /^(?:(\d+)\s*(?:д|d)[а-яa-z]*\.?)?\s*(?:(\d+)\s*(?:ч|h)[а-яa-z]*\.?)?\s*(?:(\d+)\s*(?:м|m)[а-яa-z]*\.?)?\s*(?:(\d+)\s*(?:с|s)[а-яa-z]*\.?)?$/.exec(clean);
  if (!match || !clean) return undefined;
  const [, days, hours, minutes, seconds] = match;
  const time = `${hours ? `${hours}H` : ""}${minutes ? `${minutes}M` : ""}${seconds ? `${seconds}S` : ""}`;
  return `P${days ? `${days}D` : ""}${time ? `T${time}` : ""}`;
}

export function Input(props: InputProps) {
  return <TextControl input={props} format={format} parse={parse} placeholder={t("field.duration_hint")} bad_text={t("field.not_duration")} />;
}
