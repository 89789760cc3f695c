import { describe, expect, it, vi } from "vitest";
import { kPageSize, PageStore } from "@web/records/list/store/page-store";
import type { Query } from "@web/lib/filter";
import type { AnyRecord, RecordPage } from "@web/lib/values";

/** A server over `total` rows whose cursors are row numbers. */
function serverOf(total: number, estimate = total) {
  const calls: Query[] = [];
  const fetch = async (query: Query): Promise<RecordPage> => {
    calls.push(query);
    const from = Number(query.cursor ?? 0);
    const to = Math.min(total, from + (query.limit ?? 50));
    const items = Array.from({ length: to - from }, (_, at) => ({ id: from + at + 1, version: 1, name: `№${from + at + 1}` }) as unknown as AnyRecord);
    const page: RecordPage = { items, next: to < total ? String(to) : null };
    return query.count === "estimate" ? { ...page, count: { value: estimate, kind: "estimate" } } : page;
  };
  return { fetch, calls };
}

describe("PageStore", () => {
  it("reads only the page in view and makes room for the estimated rest", async () => {
    const server = serverOf(10_000);
    const store = new PageStore({}, server.fetch);
    store.want(0, 30);
    await vi.waitFor(() => expect(store.row(0)?.id).toBe(1));
    expect(server.calls).toHaveLength(1);
    expect(store.getState().row_count).toBe(10_000);
  });

  it("walks to a far row in steps of a thousand and reads only what is shown", async () => {
    const server = serverOf(1_000_000);
    const store = new PageStore({}, server.fetch);
    store.want(0, 30);
    await vi.waitFor(() => expect(store.row(0)).toBeDefined());
    store.want(100_000, 100_030);
    await vi.waitFor(() => expect(store.row(100_000)?.id).toBe(100_001));
    const walked = server.calls.filter((query) => query.fields?.[0] === "id");
    expect(walked.length).toBeLessThanOrEqual(101);
    expect(server.calls.length - walked.length).toBe(2);
  });

  it("keeps few pages and finds its way back by the cursors", async () => {
    const server = serverOf(20_000);
    const store = new PageStore({}, server.fetch);
    for (let row = 0; row < 10_000; row += kPageSize) {
      store.want(row, row + 10);
      await vi.waitFor(() => expect(store.row(row)).toBeDefined(), { interval: 1 });
    }
    expect(store.row(0)).toBeUndefined();
    const before = server.calls.length;
    store.want(0, 10);
    await vi.waitFor(() => expect(store.row(0)?.id).toBe(1));
    expect(server.calls.length).toBe(before + 1);
  });

  it("learns the true end when the estimate was too high", async () => {
    const store = new PageStore({}, serverOf(250, 9_000).fetch);
    store.want(8_000, 8_030);
    await vi.waitFor(() => expect(store.getState().row_count).toBe(250));
    await vi.waitFor(() => expect(store.row(249)?.id).toBe(250));
    expect(store.getState().exact).toBe(250);
  });

  it("grows when the estimate was too low", async () => {
    const store = new PageStore({}, serverOf(1_000, 10).fetch);
    store.want(0, 30);
    await vi.waitFor(() => expect(store.row(0)).toBeDefined());
    expect(store.getState().row_count).toBe(200);
  });

  it("replaces changed rows in place", async () => {
    const store = new PageStore({}, serverOf(10).fetch);
    store.want(0, 10);
    await vi.waitFor(() => expect(store.row(3)).toBeDefined());
    store.replace([{ id: 4, version: 2, name: "новое" } as unknown as AnyRecord]);
    expect(store.row(3)?.name).toBe("новое");
    expect(store.indexOf(4)).toBe(3);
  });

  it("shows an empty answer as an empty list", async () => {
    const store = new PageStore({}, serverOf(0).fetch);
    store.want(0, 30);
    await vi.waitFor(() => expect(store.getState().is_first_load).toBe(false));
    expect(store.getState().row_count).toBe(0);
  });

  it("reports a refusal and tries again when asked", async () => {
    let is_broken = true;
    const server = serverOf(5);
    const store = new PageStore({}, (query) => (is_broken ? Promise.reject(new Error("refused")) : server.fetch(query)));
    store.want(0, 10);
    await vi.waitFor(() => expect(store.getState().error).toBeInstanceOf(Error));
    is_broken = false;
    store.want(0, 10);
    await vi.waitFor(() => expect(store.row(0)).toBeDefined());
    expect(store.getState().error).toBeNull();
  });
});
