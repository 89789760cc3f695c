import { expect, test } from "vitest";
import { draftOf, fieldPatch, fieldTexts, newFieldBody, optionBodies, type FieldDraft } from "@web/admin/fields/field-body";
import type { Field, Option } from "@web/lib/metadata-types";

const kOptions: Option[] = [{ key: "hot", id: 1, label: "Горячий", color: "danger", hidden: false }, { key: "cold", id: 2, label: "Холодный", color: "", hidden: false }];
const field = { key: "x_heat", id: 10000, type: "choice", label: "Интерес", required: false, filterable: true, options: kOptions } as Field;
const kTexts = { fields: { x_heat: { ru: "Интерес" } }, options: { x_heat: { hot: { ru: "Горячий", en: "Hot" }, cold: { ru: "Холодный" } } } };
const words = (ru: string, en = "") => ({ ru, en });
const draft = (settings: Partial<Field>, name = words(""), more: Partial<FieldDraft> = {}): FieldDraft => ({ words: name, help: words(""), settings, options: [], ...more });

test("a new field gets a key of its own from its name", () => {
  expect(newFieldBody(draft({ type: "text", max_length: 50, filterable: true }, words("Номер договора")), ["x_nomer_dogovora"]))
    .toEqual({ key: "x_nomer_dogovora_2", type: "text", labels: { ru: "Номер договора" }, filterable: true, max_length: 50 });
});

test("a new field takes both languages of its name and hint", () => {
  expect(newFieldBody(draft({ type: "bool" }, words("Важный", "VIP"), { help: words("Звонить первым") }), [])).toEqual({ key: "x_vip", type: "bool", labels: { ru: "Важный", en: "VIP" }, help: { ru: "Звонить первым" } });
});

test("a new choice brings options with keys, numbers and colours, without the empty ones", () => {
  const options = [{ key: "option_1", id: 0, words: words("Горячий", "Hot"), color: "danger" }, { key: "option_2", id: 0, words: words(" ") }];
  expect(newFieldBody(draft({ type: "choice" }, words("Интерес"), { options }), []).options).toEqual([{ key: "hot", id: 1, labels: { ru: "Горячий", en: "Hot" }, color: "danger" }]);
});

test("properties of another type are left behind when the type was changed", () => {
  expect(newFieldBody(draft({ type: "bool", max_length: 50, scale: 2, unique: true, to: ["deal"] }, words("", "VIP")), [])).toEqual({ key: "x_vip", type: "bool", labels: { en: "VIP" } });
});

test("a hidden option that is shown again says so, a new one comes with its names", () => {
  const before = [{ ...kOptions[0], hidden: true } as Option];
  expect(optionBodies(before, [{ key: "hot", id: 1, words: words("Горячий"), color: "danger" }, { key: "option_2", id: 0, words: words("Тёплый") }]))
    .toEqual([{ key: "hot", color: "danger", hidden: false }, { key: "teplyy", labels: { ru: "Тёплый" } }]);
});

test("only what changed of a field is sent, its texts apart", () => {
  const before = draftOf(field, kTexts);
  expect(fieldPatch(field, before)).toEqual({});
  expect(fieldTexts("x_heat", before, before)).toEqual({});
  const after: FieldDraft = { ...before, words: words("Теплота", "Heat"), settings: { ...field, required: true }, options: before.options.map((option) => (option.key === "hot" ? { ...option, words: words("Очень горячий") } : option)) };
  expect(fieldPatch(field, after)).toEqual({ required: true });
  expect(fieldTexts("x_heat", before, after)).toEqual({ fields: { x_heat: { ru: "Теплота", en: "Heat" } }, options: { x_heat: { hot: { ru: "Очень горячий", en: null } } } });
});

test("a limit that was cleared is taken away and one that was set is sent as text", () => {
  const amount = { key: "x_sum", id: 10001, type: "integer", label: "Сумма", min: "1", max: null, max_length: null } as Field;
  expect(fieldPatch(amount, draft({ ...amount, min: null, max: "90" }))).toEqual({ min: null, max: "90" });
});

test("the order of options is a change of the field", () => {
  const before = draftOf(field, kTexts);
  expect(fieldPatch(field, { ...before, options: [...before.options].reverse() }).options?.map((option) => option.key)).toEqual(["cold", "hot"]);
});
