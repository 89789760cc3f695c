import { expect, test } from "vitest";
import type { Remain } from "./document-calls";
import { bodyOf, faultsByLine, takenLines } from "./make-body";

const remains: Remain[] = [
  { line: 11, position: 1, name: "Болт", quantity: "10.000000", left: "4.000000", is_service: false },
  { line: 12, position: 2, name: "Доставка", quantity: "1.000000", left: "0.000000", is_service: true },
  { line: 13, position: 3, name: "Гайка", quantity: "5.000000", left: "5.000000", is_service: false },
];

test("what nothing is left of is not taken, and untouched lines are all that remains", () => {
  expect(takenLines(remains, {}).map((one) => one.line)).toEqual([11, 13]);
  expect(bodyOf("act", remains, {}, false)).toEqual({ to: "act" });
});

test("a part is asked for by lines and quantities typed with a comma", () => {
  const body = bodyOf("invoice", remains, { 11: { is_on: true, quantity: "2,5" }, 13: { is_on: false } }, false);
  expect(body).toEqual({ to: "invoice", lines: [{ line: 11, quantity: "2.5" }] });
});

test("a correction names only the lines with other figures", () => {
  expect(bodyOf("tax_invoice", remains, { 11: { is_on: true, quantity: "3" } }, true).lines).toEqual([{ line: 11, quantity: "3" }]);
});

test("a fault stands at the line it speaks of", () => {
  const body = bodyOf("invoice", remains, { 11: { is_on: true, quantity: "9" } }, false);
  expect(faultsByLine([{ path: "lines[0].quantity", code: "more_than_remains", message: "осталось 4" }], body)).toEqual({ 11: "осталось 4" });
});
