import { beforeEach, expect, it, vi } from "vitest";

class FakeSource {
  static last: FakeSource;
  readonly listeners = new Map<string, (event: { data?: string }) => void>();
  constructor(readonly url: string) {
    FakeSource.last = this;
  }
  addEventListener(type: string, listener: (event: { data?: string }) => void): void {
    this.listeners.set(type, listener);
  }
  say(type: string, data: unknown = {}): void {
    this.listeners.get(type)?.({ data: JSON.stringify(data) });
  }
}

/** The module anew, for it keeps whether the stream ever stood. */
async function opened(after?: string) {
  vi.resetModules();
  vi.stubGlobal("EventSource", FakeSource);
  vi.stubGlobal("SharedWorker", undefined);
  const { connectLive, onChanges } = await import("@web/lib/live");
  const { query_client } = await import("@web/lib/query-client");
  query_client.setQueryData(["metadata"], { version: 7 });
  const invalidate = vi.spyOn(query_client, "invalidateQueries");
  connectLive(after);
  return { invalidate, onChanges, source: FakeSource.last };
}

beforeEach(() => vi.unstubAllGlobals());

it("opens the stream where the first read stood", async () => {
  const { source } = await opened("12.345");
  expect(source.url).toBe("/api/v1/live?after=12.345");
});

it("reads nothing again when the stream first stands and the metadata is the one known", async () => {
  const { source, invalidate } = await opened("1.2");
  source.say("hello", { metadata_version: 7 });
  expect(invalidate).not.toHaveBeenCalled();
});

it("reads the metadata again when it changed before the stream stood", async () => {
  const { source, invalidate } = await opened("1.2");
  source.say("hello", { metadata_version: 8 });
  expect(invalidate).toHaveBeenCalledExactlyOnceWith({ queryKey: ["metadata"] });
});

it("reads everything again after a break and after too many changes", async () => {
  const { source, invalidate } = await opened("1.2");
  source.say("hello", { metadata_version: 7 });
  source.say("resync");
  expect(invalidate).toHaveBeenLastCalledWith();
  source.say("hello", { metadata_version: 7 });
  expect(invalidate).toHaveBeenCalledTimes(2);
});

it("passes changes on and survives a line that cannot be read", async () => {
  vi.useFakeTimers();
  const { source, onChanges } = await opened("1.2");
  const listener = vi.fn();
  onChanges(listener);
  source.listeners.get("change")?.({ data: "{broken" });
  source.say("change", { entity: "deal", id: 3, version: 2, action: "updated" });
  vi.advanceTimersByTime(500);
  expect(listener).toHaveBeenCalledExactlyOnceWith([{ entity: "deal", id: 3, version: 2, action: "updated" }]);
  vi.useRealTimers();
});
