import { expect, test } from "vitest";
import { daysOf } from "@web/insight/funnel/periods";

test("periods are whole calendar units around today", () => {
  expect(daysOf("this_month", "2026-02-10")).toEqual({ from: "2026-02-01", to: "2026-02-28" });
  expect(daysOf("last_month", "2026-01-31")).toEqual({ from: "2025-12-01", to: "2025-12-31" });
  expect(daysOf("this_quarter", "2026-11-22")).toEqual({ from: "2026-10-01", to: "2026-12-31" });
  expect(daysOf("last_quarter", "2026-02-01")).toEqual({ from: "2025-10-01", to: "2025-12-31" });
  expect(daysOf("this_year", "2024-02-29")).toEqual({ from: "2024-01-01", to: "2024-12-31" });
  expect(daysOf("last_year", "2024-02-29")).toEqual({ from: "2023-01-01", to: "2023-12-31" });
  expect(daysOf("between", "2024-02-29")).toBeNull();
});
