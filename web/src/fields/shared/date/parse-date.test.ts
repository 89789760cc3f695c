import { beforeAll, expect, it } from "vitest";
import { parseTypedDate } from "@web/fields/shared/date/parse-date";
import { setTimeZone } from "@web/lib/i18n";

// A Saturday.
const now = new Date("2026-11-21T09:00:00Z");
beforeAll(() => setTimeZone("Europe/Moscow"));

it.each([
  ["сегодня", "2026-11-21", null], ["завтра 15:00", "2026-11-22", "15:00"], ["завтра в 9:30", "2026-11-22", "09:30"], ["+3", "2026-11-24", null], ["+2н", "2026-12-05", null],
  ["пн", "2026-11-23", null], ["сб", "2026-11-28", null], ["12.05", "2026-05-12", null], ["12.05.27", "2027-05-12", null], ["1.2.2027 08:05", "2027-02-01", "08:05"], ["14:00", "2026-11-21", "14:00"],
  ["2026-12-31", "2026-12-31", null], ["tomorrow, 10:00", "2026-11-22", "10:00"],
])("understands «%s»", (typed, date, time) => {
  expect(parseTypedDate(typed, now)).toEqual({ date, time });
});

it.each(["", "31.02", "абв", "45.13.2026", "завтра 25:00"])("refuses «%s»", (typed) => {
  expect(parseTypedDate(typed, now)).toBeNull();
});
