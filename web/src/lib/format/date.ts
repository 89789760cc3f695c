import { localeTag, t, timeZone, tn } from "@web/lib/i18n";

const cache = new Map<string, Intl.DateTimeFormat>();

function formatter(options: Intl.DateTimeFormatOptions, zone: string | undefined): Intl.DateTimeFormat {
  const key = `${localeTag()}|${zone ?? ""}|${JSON.stringify(options)}`;
  let found = cache.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(localeTag(), zone ? { ...options, timeZone: zone } : options);
    cache.set(key, found);
  }
  return found;
}

/** The calendar day of an instant in the user's zone, «2026-11-21». */
export function dayOf(instant: Date): string {
  const parts = formatter({ year: "numeric", month: "2-digit", day: "2-digit" }, timeZone()).formatToParts(instant);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}-${part("day")}`;
}

export function todayKey(now: Date = new Date()): string {
  return dayOf(now);
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

function dayText(day: string, now: Date): string {
  const distance = daysBetween(todayKey(now), day);
  if (distance === 0) return t("date.today");
  if (distance === -1) return t("date.yesterday");
  if (distance === 1) return t("date.tomorrow");
  const is_same_year = day.slice(0, 4) === todayKey(now).slice(0, 4);
  const date = new Date(`${day}T00:00:00Z`);
  const options: Intl.DateTimeFormatOptions = is_same_year ? { day: "numeric", month: "short" } : { day: "numeric", month: "short", year: "numeric" };
  return formatter(options, "UTC").format(date).replace(/\sг\.$/, "");
}

/** A calendar date, «2026-11-21»: «сегодня», «5 дек.», «5 дек. 2025». */
export function formatDate(date: string | null | undefined, now: Date = new Date()): string {
  if (!date) return "";
  return /^\d{4}-\d{2}-\d{2}/.test(date) ? dayText(date.slice(0, 10), now) : date;
}

export function formatTime(instant: string | Date): string {
  return formatter({ hour: "2-digit", minute: "2-digit" }, timeZone()).format(new Date(instant));
}

/** An instant, near ones relative: «вчера, 14:05», «5 дек., 09:30»; older than a year without the time. */
export function formatInstant(instant: string | null | undefined, now: Date = new Date()): string {
  if (!instant) return "";
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return instant;
  const day = dayText(dayOf(date), now);
  return Math.abs(now.getTime() - date.getTime()) > 300 * 86_400_000 ? day : `${day}, ${formatTime(date)}`;
}

/** «воскресенье, 22 ноября». */
export function formatWeekday(instant: Date): string {
  return formatter({ weekday: "long", day: "numeric", month: "long" }, timeZone()).format(instant);
}

/** The whole date and time, for titles under the pointer. */
export function formatInstantFully(instant: string | null | undefined): string {
  if (!instant) return "";
  return formatter({ dateStyle: "long", timeStyle: "short" }, timeZone()).format(new Date(instant));
}

export function formatDateFully(date: string): string {
  return formatter({ dateStyle: "long" }, "UTC").format(new Date(`${date.slice(0, 10)}T00:00:00Z`));
}

/** Seconds of an ISO 8601 duration of days and time, «P1DT2H30M»; null when it is none. */
export function durationSeconds(iso: string): number | null {
  const match = /^(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(iso);
  if (!match || iso.length < 3) return null;
  const [, sign, days = "0", hours = "0", minutes = "0", seconds = "0"] = match;
  const total = Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign ? -total : total;
}

/** «1 ч 20 мин»; the rest of a long duration is left out. */
export function formatDuration(iso: string | null | undefined): string {
  if (!iso) return "";
  const seconds = durationSeconds(iso);
  if (seconds === null) return iso;
  if (seconds < 60) return t("duration.seconds", { count: Math.round(seconds) });
  const minutes = Math.round(seconds / 60);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const rest = minutes % 60;
  const parts: string[] = [];
  if (days) parts.push(tn("duration.days", days));
  if (hours) parts.push(t("duration.hours", { count: hours }));
  if (rest && !days) parts.push(t("duration.minutes", { count: rest }));
  return parts.join(" ");
}

export type DueState = "overdue" | "today" | "planned" | "none";

/** How urgent a date or instant is: the colour of the next step. */
export function dueState(value: string | null | undefined, now: Date = new Date()): DueState {
  if (!value) return "none";
  const is_instant = value.includes("T");
  if (is_instant && new Date(value) < now) return "overdue";
  const distance = daysBetween(todayKey(now), is_instant ? dayOf(new Date(value)) : value.slice(0, 10));
  if (distance < 0) return "overdue";
  return distance === 0 ? "today" : "planned";
}

/** An instant as the value of an <input type="datetime-local"> in the user's zone, and back. */
export function instantToLocal(instant: string | null | undefined): string {
  if (!instant) return "";
  const date = new Date(instant);
  const parts = formatter({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, timeZone()).formatToParts(date);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "00";
  return `${dayOf(date)}T${part("hour")}:${part("minute")}`;
}

export function localToInstant(local: string): string | null {
  if (!local) return null;
  // Two rounds settle the offset also beside a change of summer time.
  let guess = Date.parse(`${local}:00Z`);
  const wanted = guess;
  for (let round = 0; round < 2; round += 1) {
    const shown = Date.parse(`${instantToLocal(new Date(guess).toISOString())}:00Z`);
    guess += wanted - shown;
  }
  return Number.isNaN(guess) ? null : new Date(guess).toISOString();
}
