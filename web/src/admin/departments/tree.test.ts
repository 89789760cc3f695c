import { expect, test } from "vitest";
import { toBranches, withinOf } from "@web/admin/departments/tree";
import type { AnyRecord } from "@web/lib/values";

const department = (id: number, name: string, parent: number | null) => ({ id, name, parent: parent === null ? null : { id: parent, title: "" } }) as unknown as AnyRecord;
const kAll = [department(1, "Продажи", null), department(2, "Юг", 1), department(3, "Север", 1), department(4, "Склад", null), department(5, "Группа", 3)];

test("departments are read from the top down, by name within their parent", () => {
  expect(toBranches(kAll, new Set()).map((branch) => [branch.record.id, branch.depth])).toEqual([[1, 0], [3, 1], [5, 2], [2, 1], [4, 0]]);
});

test("a closed department hides what is under it and still knows that there is something", () => {
  const branches = toBranches(kAll, new Set([1]));
  expect(branches.map((branch) => branch.record.id)).toEqual([1, 4]);
  expect(branches[0]?.children).toBe(2);
});

test("a department whose parent cannot be seen stands at the top", () => {
  expect(toBranches([department(7, "Одна", 99)], new Set())[0]?.depth).toBe(0);
});

test("a department may not be moved under itself, at any depth", () => {
  expect([...withinOf(kAll, 1)].sort()).toEqual([1, 2, 3, 5]);
  expect([...withinOf(kAll, 5)]).toEqual([5]);
});
