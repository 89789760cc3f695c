import { expect, it, vi } from "vitest";
import { readTogether, type Lane, type Part } from "@web/lib/together";

it("sends what was asked for in one moment in one request, and what can wait in another after it", async () => {
  vi.useFakeTimers();
  const sent: string[][] = [];
  const send = async (parts: Part[]) => {
    sent.push(parts.map((part) => part.path));
    return parts.map((part) => ({ status: 200, body: part.path }));
  };
  const ask = (path: string, lane: Lane) => readTogether({ method: "GET", path }, lane, send, async () => null);
  const answers = Promise.all([ask("/notices", "later"), ask("/metadata", "now"), ask("/session", "now"), ask("/totals", "later")]);
  await vi.runAllTimersAsync();
  expect(await answers).toEqual(["/notices", "/metadata", "/session", "/totals"]);
  expect(sent).toEqual([["/metadata", "/session"], ["/notices", "/totals"]]);
  vi.useRealTimers();
});
