import { expect, test } from "vitest";
import { movedTo, stepped } from "@web/admin/shared/sortable";

const key = (item: string) => item;

test("a stage dropped on the upper half of another comes to stand before it", () => {
  expect(movedTo(["a", "b", "c"], key, "c", "a", "top")).toEqual(["c", "a", "b"]);
});

test("a stage dropped on the lower half of another comes to stand behind it", () => {
  expect(movedTo(["a", "b", "c"], key, "a", "b", "bottom")).toEqual(["b", "a", "c"]);
});

test("what is dropped on itself or is not there changes nothing", () => {
  const items = ["a", "b"];
  expect(movedTo(items, key, "a", "a", "top")).toBe(items);
  expect(movedTo(items, key, "z", "a", "top")).toBe(items);
});

test("a step moves by one and never past the start", () => {
  expect(stepped(["a", "b", "c"], 1, 1)).toEqual(["a", "c", "b"]);
  expect(stepped(["a", "b", "c"], 0, -1)).toEqual(["a", "b", "c"]);
});
