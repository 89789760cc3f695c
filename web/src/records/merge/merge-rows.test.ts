import { describe, expect, it } from "vitest";
import type { MergePreview } from "@web/lib/calls/merge";
import type { Entity } from "@web/lib/metadata-types";
import { rowsOf } from "@web/records/merge/merge-rows";

const entity = {
  key: "company", title: "name",
  fields: [
    { key: "name", type: "text" }, { key: "city", type: "text" }, { key: "phones", type: "phone" },
    { key: "next_step_at", type: "instant", read_only: true }, { key: "secret", type: "text" },
  ],
} as unknown as Entity;

describe("rows of a merge", () => {
  it("are the fields in which the records differ, own numbers of list items aside", () => {
    const records = [
      { id: 1, version: 1, name: "Ветер", city: "Тула", phones: [{ id: 7, raw: "1" }], next_step_at: "2030-01-01", secret: "a" },
      { id: 2, version: 1, name: "Ветер ООО", city: "Тула", phones: [{ id: 8, raw: "1" }], next_step_at: null, secret: "b" },
    ];
    const preview = { records, result: {}, from: { name: 1, city: 1, phones: "union" as const, next_step_at: 1 }, links: [], link_count: 0 } as unknown as MergePreview;
    expect(rowsOf(entity, preview).map((field) => field.key)).toEqual(["name"]);
  });
});
