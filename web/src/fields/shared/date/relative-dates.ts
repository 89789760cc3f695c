import { t, tn } from "@web/lib/i18n";

export const kRelativeDays = ["today", "yesterday", "tomorrow", "this_week", "last_week", "next_week", "this_month", "last_month", "next_month", "this_quarter", "last_quarter", "this_year", "last_year"] as const;
export type RelativeDay = (typeof kRelativeDays)[number];

export function isRelativeDay(value: unknown): value is RelativeDay {
  return kRelativeDays.includes(value as RelativeDay);
}

export function relativeText(name: RelativeDay): string {
  return t(`relative.${name}`);
}

/** The number of days of {relative: -7, unit: "day"}; null for anything else. */
export function relativeDays(value: unknown): number | null {
  if (typeof value !== "object" || value === null) return null;
  const { relative, unit } = value as { relative?: unknown; unit?: unknown };
  return typeof relative === "number" && unit === "day" ? relative : null;
}

export function distanceText(days: number): string {
  return days < 0 ? tn("relative.days_ago", -days) : tn("relative.days_ahead", days);
}
