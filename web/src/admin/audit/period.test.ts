import { expect, test } from "vitest";
import { periodStart, toPeriod } from "@web/admin/audit/period";

test("a week is seven days with today", () => {
  expect(periodStart("week", "2026-03-03")).toBe("2026-02-25");
});

test("today begins today and any time has no beginning", () => {
  expect(periodStart("today", "2026-01-01")).toBe("2026-01-01");
  expect(periodStart("any", "2026-01-01")).toBe("");
});

test("an unknown period of an address is any time", () => {
  expect(toPeriod("century")).toBe("any");
  expect(toPeriod("month")).toBe("month");
});
