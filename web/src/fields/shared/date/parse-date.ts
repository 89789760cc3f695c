import { localToInstant, todayKey } from "@web/lib/format/date";

export interface TypedDate {
  date: string;
  /** «15:00», null when only a day was typed. */
  time: string | null;
}

const kWords: Record<string, number> = {
  сегодня: 0, сег: 0, today: 0, завтра: 1, зав: 1, tomorrow: 1, послезавтра: 2, вчера: -1, yesterday: -1, позавчера: -2,
};
const kWeekdays = [["вс", "воскресенье", "sun", "sunday"], ["пн", "понедельник", "mon", "monday"], ["вт", "вторник", "tue", "tuesday"], ["ср", "среда", "среду", "wed", "wednesday"],
  ["чт", "четверг", "thu", "thursday"], ["пт", "пятница", "пятницу", "fri", "friday"], ["сб", "суббота", "субботу", "sat", "saturday"]];

function shifted(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

function checked(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  const is_real = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return is_real ? date.toISOString().slice(0, 10) : null;
}

function dayOfText(text: string, today: string): string | null {
  const word = kWords[text];
  if (word !== undefined) return shifted(today, word);
  const step = /^([+-]\d{1,4})\s*(д|d|н|w)?[а-яa-z]*$/.exec(text);
  if (step) return shifted(today, Number(step[1]) * (step[2] === "н" || step[2] === "w" ? 7 : 1));
  const weekday = kWeekdays.findIndex((names) => names.includes(text.replace(/^(в|во|on)\s+/, "")));
  if (weekday >= 0) return shifted(today, (weekday - new Date(`${today}T00:00:00Z`).getUTCDay() + 7) % 7 || 7);
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
  if (iso) return checked(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const usual = /^(\d{1,2})[./-](\d{1,2})(?:[./-](\d{2}|\d{4}))?\.?$/.exec(text);
  if (!usual) return null;
  const this_year = Number(today.slice(0, 4));
  const year = usual[3] === undefined ? this_year : Number(usual[3].length === 2 ? `20${usual[3]}` : usual[3]);
  return checked(year, Number(usual[2]), Number(usual[1]));
}

/** «завтра 15:00», «пн», «+3», «12.05», «12.05.2027 9:30» in the user's zone; null when it is no date. */
export function parseTypedDate(typed: string, now: Date = new Date()): TypedDate | null {
  const text = typed.trim().toLowerCase().replace(/\s+(в|at)\s+(?=\d)/, " ").replace(/,\s*/g, " ");
  const match = /^(.*?)(?:\s+|^)(\d{1,2})[:.](\d{2})$/.exec(text);
  const is_time = match && !/^\d{1,2}\.\d{2}$/.test(text) && Number(match[2]) < 24 && Number(match[3]) < 60;
  const today = todayKey(now);
  if (is_time) {
    const date = match[1] ? dayOfText(match[1].trim(), today) : today;
    return date ? { date, time: `${match[2]?.padStart(2, "0")}:${match[3]}` } : null;
  }
  const date = dayOfText(text, today);
  return date ? { date, time: null } : null;
}

/** A typed date as the API's instant; without a time the working day's end is meant. */
export function typedToInstant(typed: TypedDate, default_time: string): string | null {
  return localToInstant(`${typed.date}T${typed.time ?? default_time}`);
}
