/** Periods that a report is asked for by name; days as YYYY-MM-DD in the reader's own calendar. */
export type PeriodName = "this_month" | "last_month" | "this_quarter" | "last_quarter" | "this_year" | "last_year" | "between";

export const kPeriodNames: PeriodName[] = ["this_month", "last_month", "this_quarter", "last_quarter", "this_year", "last_year", "between"];

function day(year: number, month: number, date: number): string {
  return new Date(Date.UTC(year, month, date)).toISOString().slice(0, 10);
}

/** First and last day. `today` as YYYY-MM-DD; "between" has no days of its own: null. */
export function daysOf(name: PeriodName, today: string): { from: string; to: string } | null {
  const [year = 1970, month_number = 1] = today.split("-").map(Number);
  const month = month_number - 1;
  const quarter = month - (month % 3);
  const months = (first: number, count: number) => ({ from: day(year, first, 1), to: day(year, first + count, 0) });
  switch (name) {
    case "this_month": return months(month, 1);
    case "last_month": return months(month - 1, 1);
    case "this_quarter": return months(quarter, 3);
    case "last_quarter": return months(quarter - 3, 3);
    case "this_year": return months(0, 12);
    case "last_year": return months(-12, 12);
    case "between": return null;
  }
}
