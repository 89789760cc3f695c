import { expect, test } from "vitest";
import { cardBody, groupTexts, placed, viewsBody, withoutEmpty, type Layout } from "@web/admin/layouts/layout";
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
  expect(cardBody(entity, { groups: [["a"], []], names: [], create: [] })).toEqual({ related: ["deal.company"], facts: [["a"]] });
});

test("the label of a view is the server's and is not sent back", () => {
  expect(viewsBody([{ key: "all", type: "list", label: "Все", columns: ["a"], sort: [] }])).toEqual([{ key: "all", type: "list", columns: ["a"] }]);
});

const words = (ru: string) => ({ ru, en: "" });

test("a group that goes takes its name along, and the others keep theirs", () => {
  const layout: Layout = { groups: [["a"], [], ["c"]], names: [words("Кто"), words("Пусто"), words("Что")], create: [] };
  expect(withoutEmpty(layout)).toEqual({ groups: [["a"], ["c"]], names: [words("Кто"), words("Что")], create: [] });
});

test("names of groups that go are taken away before the groups, the rest is named after", () => {
  const before: Layout = { groups: [["a"], ["b"]], names: [words("Кто"), words("Что")], create: [] };
  expect(groupTexts(before, { groups: [["b"]], names: [words("Что")], create: [] })).toEqual({ first: { groups: { 1: { ru: null } } }, then: { groups: { 0: { ru: "Что" } } } });
  expect(groupTexts(before, before)).toEqual({ first: null, then: null });
});

test("what the server adds to a card for reading is not sent back", () => {
  const entity = { card: { facts: [["a"]], groups: ["Кто"], layout: [] } } as unknown as Entity;
  expect(cardBody(entity, { groups: [["a"]], names: [words("")], create: [] })).toEqual({ facts: [["a"]] });
});
