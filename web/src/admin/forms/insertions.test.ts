import { expect, test } from "vitest";
import { offsetOf, placeInMessage, placeOf } from "@web/admin/forms/insertions";

test("places of a text are told by line and column and found again", () => {
  const text = "раз\nдва три\n\nчетыре";
  for (const at of [0, 3, 4, 8, 12, text.length]) {
    const { line, column } = placeOf(text, at);
    expect(offsetOf(text, line, column)).toBe(at);
  }
  expect(placeOf(text, 4)).toEqual({ line: 2, column: 1 });
  expect(offsetOf(text, 99, 1)).toBe(text.length);
});

test("the place an error names is read in both languages", () => {
  expect(placeInMessage("Строка 2, столбец 16: поля «document.numbr» нет")).toEqual({ line: 2, column: 16 });
  expect(placeInMessage("Line 12, column 3: no field 5:7")).toEqual({ line: 12, column: 3 });
  expect(placeInMessage("Что-то ещё")).toBeNull();
});
