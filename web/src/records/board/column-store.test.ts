import { expect, it, vi } from "vitest";
import type { Query } from "@web/lib/filter";
import type { AnyRecord } from "@web/lib/values";
import { ColumnStore, kColumnPage } from "@web/records/board/column-store";

function columnOf(total: number) {
  const fetch = vi.fn(async (query: Query) => {
    const from = Number(query.cursor ?? 0);
    const to = Math.min(total, from + (query.limit ?? 0));
    return { items: Array.from({ length: to - from }, (_, at) => ({ id: from + at + 1, version: 1 }) as unknown as AnyRecord), next: to < total ? String(to) : null };
  });
  return { store: new ColumnStore({}, fetch), fetch };
}

it("reads twenty cards first and more when it is scrolled", async () => {
  const { store } = columnOf(5000);
  await store.more();
  expect(store.getState().cards).toHaveLength(kColumnPage);
  await store.more();
  expect(store.getState().cards).toHaveLength(kColumnPage * 4);
  expect(store.getState().has_more).toBe(true);
});

it("shows the page that it was given and asks for the next one only", async () => {
  const { fetch } = columnOf(5000);
  const store = new ColumnStore({}, fetch, await fetch({ limit: kColumnPage }));
  fetch.mockClear();
  await store.start();
  expect(store.getState().cards).toHaveLength(kColumnPage);
  expect(fetch).not.toHaveBeenCalled();
  await store.more();
  expect(fetch.mock.lastCall?.[0].cursor).toBe(String(kColumnPage));
});

it("asks once when it is asked twice at the same time", async () => {
  const { store, fetch } = columnOf(5000);
  await Promise.all([store.more(), store.more()]);
  expect(fetch).toHaveBeenCalledTimes(1);
});

it("moves a card in and out at once", async () => {
  const { store } = columnOf(3);
  await store.more();
  expect(store.take(2)?.id).toBe(2);
  expect(store.getState().cards.map((card) => card.id)).toEqual([1, 3]);
  store.put({ id: 9, version: 1 } as unknown as AnyRecord, 3);
  expect(store.getState().cards.map((card) => card.id)).toEqual([1, 9, 3]);
});

it("keeps as many cards as were shown when it reads again", async () => {
  const { store, fetch } = columnOf(500);
  await store.more();
  await store.more();
  await store.reload();
  expect(fetch.mock.lastCall?.[0].limit).toBe(80);
  expect(store.getState().cards).toHaveLength(80);
});
