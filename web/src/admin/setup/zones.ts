import { localeTag } from "@web/lib/i18n";

export interface ZoneChoice {
  value: string;
  label: string;
}

function partOf(zone: string, style: "longGeneric" | "shortOffset", locale: string): string {
  try {
    return new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: style }).formatToParts(new Date()).find((part) => part.type === "timeZoneName")?.value ?? zone;
  } catch {
    return zone;
  }
}

function offsetOf(zone: string): { text: string; minutes: number } {
  const text = partOf(zone, "shortOffset", "en-GB").replace("GMT", "UTC");
  const [, sign = "+", hours = "0", minutes = "0"] = /([+-])(\d+)(?::(\d+))?/.exec(text) ?? [];
  return { text, minutes: (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) };
}

/** «Москва» of «Москва, стандартное время»; nothing of a name that only repeats the distance to UTC. */
function plainName(name: string): string {
  const plain = name.replace(/, стандартное время$| Standard Time$/, "");
  return /^GMT|^UTC/.test(plain) ? "" : plain;
}

/** Time zones by the names people know, «Москва (UTC+3)», from west to east; of those that are called the same only one. */
export function zoneChoices(zones: string[], kept: string[]): ZoneChoice[] {
  const by_label = new Map<string, ZoneChoice & { minutes: number }>();
  for (const zone of [...new Set([...kept, ...zones])]) {
    const offset = offsetOf(zone);
    const name = plainName(partOf(zone, "longGeneric", localeTag()));
    const label = name ? `${name} (${offset.text})` : offset.text;
    if (!by_label.has(label)) by_label.set(label, { value: zone, label, minutes: offset.minutes });
  }
  return [...by_label.values()].sort((a, b) => a.minutes - b.minutes || a.label.localeCompare(b.label)).map(({ value, label }) => ({ value, label }));
}
