import { expect, test } from "vitest";
import { cardBody, placed, viewsBody } from "@web/admin/layouts/layout";
import type { Entity } from "@web/lib/metadata-types";

test("a field dragged to another group leaves the one it was in", () => {
  expect(placed([["a", "b"], ["c"]], "a", 1, "c", "top")).toEqual([["b"], ["a", "c"]]);
});

test("a field that was nowhere comes to the end of the group", () => {
  expect(placed([["a"], ["c"]], "z", 0, null, "bottom")).toEqual([["a", "z"], ["c"]]);
});

test("a field dragged within its group changes its place only", () => {
  expect(placed([["a", "b", "c"]], "a", 0, "c", "bottom")).toEqual([["b", "c", "a"]]);
});

test("empty groups are not saved and related lists stay", () => {
  const entity = { card: { facts: [["a"]], create: ["a"], related: ["deal.company"] } } as Entity;
  expect(cardBody(entity, { groups: [["a"], []], create: [] })).toEqual({ related: ["deal.company"], facts: [["a"]] });
});

test("the label of a view is the server's and is not sent back", () => {
  expect(viewsBody([{ key: "all", type: "list", label: "Все", columns: ["a"], sort: [] }])).toEqual([{ key: "all", type: "list", columns: ["a"] }]);
});
