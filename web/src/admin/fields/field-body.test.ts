import { expect, test } from "vitest";
import { changedOptions, fieldPatch, newFieldBody } from "@web/admin/fields/field-body";
import type { Field, Option } from "@web/lib/metadata-types";

const kOptions: Option[] = [{ key: "hot", id: 1, label: "Горячий", color: "danger", hidden: false }, { key: "cold", id: 2, label: "Холодный", color: "", hidden: false }];
const field = { key: "x_heat", id: 10000, type: "choice", label: "Интерес", required: false, filterable: true, options: kOptions } as Field;

test("a new field gets a key of its own from its name", () => {
  expect(newFieldBody({ type: "text", max_length: 50, filterable: true }, { ru: "Номер договора" }, ["x_nomer_dogovora"], "ru"))
    .toEqual({ key: "x_nomer_dogovora_2", type: "text", labels: { ru: "Номер договора" }, filterable: true, max_length: 50 });
});

test("a new choice brings options with keys, numbers and colours, without the empty ones", () => {
  const body = newFieldBody({ type: "choice", options: [{ key: "option_1", id: 0, label: "Горячий", color: "danger" }, { key: "option_2", id: 0, label: " " }] }, { ru: "Интерес" }, [], "ru");
  expect(body.options).toEqual([{ key: "goryachiy", id: 1, labels: { ru: "Горячий" }, color: "danger" }]);
});

test("properties of another type are left behind when the type was changed", () => {
  expect(newFieldBody({ type: "bool", max_length: 50, scale: 2, to: ["deal"] }, { en: "VIP" }, [], "en")).toEqual({ key: "x_vip", type: "bool", labels: { en: "VIP" } });
});

test("a renamed option keeps its key, an untouched one sends no label", () => {
  const options = [{ ...kOptions[0], label: "Очень горячий" } as Option, kOptions[1] as Option];
  expect(changedOptions(kOptions, options, "ru")).toEqual([{ key: "hot", labels: { ru: "Очень горячий" }, color: "danger" }, { key: "cold" }]);
});

test("a hidden option that is shown again says so", () => {
  const before = [{ ...kOptions[0], hidden: true } as Option];
  expect(changedOptions(before, [kOptions[0] as Option], "ru")).toEqual([{ key: "hot", color: "danger", hidden: false }]);
});

test("only what changed of a field is sent", () => {
  expect(fieldPatch(field, field, "Интерес", "", "ru")).toEqual({});
  expect(fieldPatch(field, { ...field, required: true }, "Теплота", "Heat", "ru")).toEqual({ labels: { ru: "Теплота", en: "Heat" }, required: true });
});
