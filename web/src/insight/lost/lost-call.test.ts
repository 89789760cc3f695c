import { expect, test } from "vitest";
import { rowsOf, type LostPart } from "@web/insight/lost/lost-call";

const part: LostPart = {
  entity: "deal", filter: { field: "stage.kind", op: "eq", value: "lost" },
  result: { groups: [{ key: { lost_reason: { id: 2, title: "Сроки" } }, values: [3, "300.00"] }, { key: { lost_reason: { id: 1, title: "Дорого" } }, values: [8, "900.00"] }, { key: { lost_reason: null }, values: [1, null] }], left_out: { without_group: 1 } },
};

test("the largest group stands first, and each opens what was counted", () => {
  const rows = rowsOf(part);
  expect(rows.map((row) => row.title)).toEqual(["Дорого", "Сроки"]);
  expect(rows[0]?.filter).toEqual({ and: [part.filter, { field: "lost_reason", op: "eq", value: 1 }] });
});
