import { todayKey } from "@web/lib/format/date";

export const kPeriods = ["any", "today", "week", "month", "between"] as const;
export type Period = (typeof kPeriods)[number];

const kDaysBack: Partial<Record<Period, number>> = { today: 0, week: 6, month: 29 };

/** First day of the period as a date; empty when it has no beginning. */
export function periodStart(period: Period, today: string = todayKey()): string {
  const back = kDaysBack[period];
  if (back === undefined) return "";
  const date = new Date(`${today}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - back);
  return date.toISOString().slice(0, 10);
}

export function toPeriod(text: string | null): Period {
  return kPeriods.find((period) => period === text) ?? "any";
}
