import { expect, it } from "vitest";
import { toItems, toWire } from "@web/fields/shared/multi/multi-items";
import type { Field } from "@web/lib/metadata-types";

const field = (type: Field["type"], more: Partial<Field> = {}): Field => ({ key: "f", id: 1, type, label: "F", ...more });

it("keeps only what a person entered of a phone", () => {
  expect(toItems([{ id: 3, raw: "8 912", e164: "+7912", valid: true, kind: "work" }])).toEqual([{ id: 3, raw: "8 912", kind: "work" }]);
});
it("drops blank lines and sends the ids of those that were there", () => {
  expect(toWire(field("phone"), [{ id: 3, raw: " 8 912 ", kind: "work" }, { raw: "  ", kind: "work" }])).toEqual([{ id: 3, raw: "8 912", kind: "work" }]);
});
it("sends links by their ids", () => {
  expect(toWire(field("link"), { id: 5, title: "Заря" })).toBe(5);
  expect(toWire(field("link_any"), { id: 5, title: "Заря", entity: "company" })).toEqual({ entity: "company", id: 5 });
  expect(toWire(field("many_to_many"), [{ id: 5, title: "Заря" }])).toEqual([5]);
  expect(toWire(field("user"), null)).toBeNull();
});
it("takes blank text for no value", () => {
  expect(toWire(field("text"), "  ")).toBeNull();
});
