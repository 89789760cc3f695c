import { afterEach, expect, it, vi } from "vitest";
import type { Entity } from "@web/lib/metadata-types";
import { query_client } from "@web/lib/query-client";
import type { AnyRecord } from "@web/lib/values";
import { saveChanges } from "@web/records/edit/save-changes";

const entity = { key: "company", plural: "companies", fields: [{ key: "name", id: 1, type: "text", label: "" }, { key: "city", id: 2, type: "text", label: "" }] } as unknown as Entity;
const base = { id: 5, version: 3, name: "Заря", city: "Тверь" } as unknown as AnyRecord;

/** Answers calls in turn; remembers them. */
function serverAnswers(...answers: { status: number; body: unknown }[]) {
  const calls: { method: string; body: unknown }[] = [];
  vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
    calls.push({ method: init.method ?? "GET", body: init.body ? JSON.parse(String(init.body)) : null });
    const answer = answers.shift() ?? { status: 500, body: {} };
    return new Response(JSON.stringify(answer.body), { status: answer.status });
  });
  return calls;
}

afterEach(() => {
  vi.unstubAllGlobals();
  query_client.clear();
});

it("saves on the version the change was made on", async () => {
  const calls = serverAnswers({ status: 200, body: { ...base, city: "Омск", version: 4 } });
  const outcome = await saveChanges(entity, base, { city: "Омск" });
  expect(outcome.kind).toBe("saved");
  expect(calls[0]?.body).toEqual({ city: "Омск", version: 3 });
  expect(query_client.getQueryData(["record", "companies", 5])).toMatchObject({ version: 4 });
});

it("saves again on the newer version when others changed other fields", async () => {
  const calls = serverAnswers({ status: 409, body: { title: "conflict" } }, { status: 200, body: { ...base, name: "Рассвет", version: 4 } }, { status: 200, body: { ...base, name: "Рассвет", city: "Омск", version: 5 } });
  const outcome = await saveChanges(entity, base, { city: "Омск" });
  expect(outcome.kind).toBe("saved");
  expect(calls[2]?.body).toEqual({ city: "Омск", version: 4 });
});

it("asks when the same field was changed to something else", async () => {
  serverAnswers({ status: 409, body: { title: "conflict" } }, { status: 200, body: { ...base, city: "Пермь", version: 4 } });
  const outcome = await saveChanges(entity, base, { city: "Омск" });
  expect(outcome).toMatchObject({ kind: "conflict", conflict: { fields: ["city"] } });
});

it("shows the old value again when the change is refused", async () => {
  query_client.setQueryData(["record", "companies", 5], base);
  serverAnswers({ status: 400, body: { title: "no", errors: [{ path: "city", code: "too_long", message: "Слишком длинно" }] } });
  const outcome = await saveChanges(entity, base, { city: "О".repeat(300) });
  expect(outcome.kind).toBe("refused");
  expect(query_client.getQueryData(["record", "companies", 5])).toEqual(base);
});
