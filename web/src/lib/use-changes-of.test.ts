import { renderHook } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { announce } from "@web/lib/live";
import { useChangesOf } from "@web/lib/use-changes-of";

it("answers the first change at once and a stream of them once a second", () => {
  vi.useFakeTimers();
  const run = vi.fn();
  const { unmount } = renderHook(() => useChangesOf(["payment"], run));
  const changed = (entity: string) => {
    announce({ entity, id: 1, version: 1, action: "updated" });
    vi.advanceTimersByTime(200);
  };
  changed("invoice");
  expect(run).not.toHaveBeenCalled();
  changed("payment");
  expect(run).toHaveBeenCalledTimes(1);
  changed("payment");
  changed("payment");
  expect(run).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1000);
  expect(run).toHaveBeenCalledTimes(2);
  unmount();
  changed("payment");
  vi.advanceTimersByTime(2000);
  expect(run).toHaveBeenCalledTimes(2);
  vi.useRealTimers();
});
