import { expect, it } from "vitest";
import { holds, linkOf, toCondition } from "@web/lib/conditions";

it("reads plain comparisons and leaves the rest to the server", () => {
  expect(toCondition('stage.kind = "lost"')).toEqual({ field: "stage.kind", op: "eq", value: "lost" });
  expect(toCondition("is_open != true")).toEqual({ field: "is_open", op: "ne", value: true });
  expect(toCondition("amount > 5 and is_open")).toBeNull();
  expect(linkOf({ field: "stage.kind", op: "eq" })).toBe("stage");
});
it("looks into the record behind a link", () => {
  const condition = { field: "stage.kind", op: "eq", value: "lost" } as const;
  expect(holds(condition, { stage: { id: 6, title: "Отказ" } }, { stage: { kind: "lost" } })).toBe(true);
  expect(holds(condition, { stage: { id: 1, title: "Новая" } }, { stage: { kind: "open" } })).toBe(false);
  expect(holds(condition, { stage: null }, {})).toBe(false);
  expect(holds(condition, { stage: { id: 6, title: "Отказ" } }, {})).toBeUndefined();
});
