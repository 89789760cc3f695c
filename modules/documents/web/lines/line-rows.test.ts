import { expect, test } from "vitest";
import type { AnyRecord } from "@web/lib/values";
import { afterRead, afterSave, faultsByRow, moved, newRow, storedRow, valueOf, wireLine, withProduct } from "./line-rows";

const line = (id: number, more: Record<string, unknown> = {}) => ({ id, uid: "", version: 1, created_at: "", updated_at: "", name: `line ${id}`, quantity: "1", price: "10", ...more }) as AnyRecord;

test("a row is sent by its number with what was changed in it, a new one whole", () => {
  expect(wireLine({ ...storedRow(line(7)), local: { quantity: "3" } })).toEqual({ id: 7, quantity: "3" });
  expect(wireLine(newRow({ product: { id: 5, title: "Болт" }, quantity: "2", name: null }))).toEqual({ product: { id: 5 }, quantity: "2" });
  expect(wireLine({ ...storedRow(line(7)), local: { discount_percent: null } })).toEqual({ id: 7, discount_percent: null });
});

test("a price of the catalogue is asked for anew with the quantity, one's own stays", () => {
  const listed = storedRow(line(7, { price_reason: "Прайс-лист «Опт»" }));
  expect(wireLine({ ...listed, local: { quantity: "300" } })).toEqual({ id: 7, quantity: "300", price: null });
  expect(wireLine({ ...listed, local: { quantity: "300", price: "9" } })).toEqual({ id: 7, quantity: "300", price: "9" });
  expect(wireLine({ ...storedRow(line(8)), local: { quantity: "300" } })).toEqual({ id: 8, quantity: "300" });
});

test("another product makes another line and keeps the quantity", () => {
  const row = withProduct(storedRow(line(7, { quantity: "4" })), { id: 9, title: "Гайка" }, null);
  expect(wireLine(row)).toEqual({ product: { id: 9 }, quantity: "4" });
});

test("what is typed while a save is under way stays, also in rows the server did not know", () => {
  const first = newRow({ product: { id: 1, title: "А" }, quantity: "1" });
  const second = newRow({ product: { id: 2, title: "Б" }, quantity: "1" });
  const sent = [first];
  const now = [{ ...first, local: { ...first.local, quantity: "5" } }, second];
  const after = afterSave(now, sent, [line(11)]);
  expect(after[0]?.stored?.id).toBe(11);
  expect(after[0]?.local).toEqual({ quantity: "5" });
  expect(after[1]).toBe(second);
});

test("lines read again keep their rows and what is unsaved in them", () => {
  const kept = { ...storedRow(line(1)), local: { quantity: "9" } };
  const fresh = newRow({ quantity: "2" });
  const after = afterRead([kept, storedRow(line(2)), fresh], [line(3), line(1, { price: "12" })]);
  expect(after.map((row) => row.stored?.id)).toEqual([3, 1, undefined]);
  expect(after[1]?.key).toBe(kept.key);
  expect(after[1] && valueOf(after[1], "quantity")).toBe("9");
});

test("rows move by a step and stop at the ends", () => {
  const rows = [storedRow(line(1)), storedRow(line(2)), storedRow(line(3))];
  expect(moved(rows, 0, 1).map((row) => row.stored?.id)).toEqual([2, 1, 3]);
  expect(moved(rows, 0, -1)).toBe(rows);
  expect(moved(rows, 2, 1)).toBe(rows);
});

test("faults stand at the cell they name; those of the document are told apart", () => {
  const sent = [storedRow(line(1)), storedRow(line(2))];
  const { rows, rest } = faultsByRow([{ path: "lines[1].quantity", code: "not_positive", message: "больше нуля" }, { path: "vat_mode", code: "required", message: "укажите" }], sent);
  expect(rows[sent[1]?.key ?? ""]).toEqual({ quantity: "больше нуля" });
  expect(rest).toEqual(["укажите"]);
});
