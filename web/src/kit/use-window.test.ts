import { describe, expect, it } from "vitest";
import { kMaxHeight_px, scrollFor, windowAt } from "@web/kit/use-window";

describe("windowAt", () => {
  it("draws the rows in view and a few beside them", () => {
    expect(windowAt(3600, 720, 100_000, 36, 2)).toEqual({ first: 98, end: 122, total_px: 3_600_000, offset_px: 98 * 36 });
  });
  it("reaches the very last of a million rows although the spacer is shorter than they are", () => {
    const last = windowAt(kMaxHeight_px - 720, 720, 1_000_000, 36, 0);
    expect(last.end).toBe(1_000_000);
    expect(last.offset_px + (last.end - last.first) * 36).toBeCloseTo(kMaxHeight_px, 3);
  });
  it("finds the scroll position of any row, scaled or not", () => {
    for (const count of [1000, 1_000_000]) {
      const row = Math.floor(count / 3);
      expect(windowAt(scrollFor(row, 720, count, 36), 720, count, 36, 0).first).toBeGreaterThanOrEqual(row - 1);
      expect(windowAt(scrollFor(row, 720, count, 36), 720, count, 36, 0).first).toBeLessThanOrEqual(row);
    }
  });
  it("copes with an empty list", () => {
    expect(windowAt(0, 720, 0, 36, 6)).toEqual({ first: 0, end: 0, total_px: 0, offset_px: 0 });
  });
});
