import { beforeAll, expect, it } from "vitest";
import { Metadata } from "@web/lib/calls/metadata";
import { useTexts } from "@web/lib/i18n";
import type { Entity, Field } from "@web/lib/metadata-types";
import ru from "@web/locales/ru.json";
import { compoundText, isComplete, phraseOf } from "@web/records/filter/condition-text";

const field = (key: string, type: Field["type"], label: string, more: Partial<Field> = {}): Field => ({ key, id: 1, type, label, ...more });
const base = { id: 1, kind: "record", label: { one: "", many: "" }, title: "name", can: {} } as const;
const company = { ...base, key: "company", plural: "companies", fields: [field("city", "text", "Город"), field("owner", "user", "Ответственный")] } as unknown as Entity;
const deal = { ...base, key: "deal", plural: "deals", fields: [
  field("company", "link", "Компания", { to: ["company"] }), field("amount", "money", "Сумма"), field("created_at", "instant", "Создано"),
  field("source", "choice", "Источник", { options: [{ key: "site", id: 1, label: "Сайт" }] }),
] } as unknown as Entity;
const metadata = new Metadata({ version: 1, entities: [company, deal] });

beforeAll(() => useTexts("ru", ru));

it("reads like a phrase", () => {
  expect(phraseOf(metadata, deal, { field: "source", op: "in", value: ["site"] })).toEqual({ subject: "Источник", verb: "", value: "Сайт" });
  expect(phraseOf(metadata, company, { field: "owner", op: "eq", value: "me" })).toEqual({ subject: "Ответственный", verb: "", value: "я" });
  expect(phraseOf(metadata, deal, { field: "created_at", op: "gte", value: { relative: -7, unit: "day" } }).value).toBe("7 дней назад");
});
it("names the way through a link", () => {
  expect(phraseOf(metadata, deal, { field: "company.city", op: "eq", value: "Казань" }).subject).toBe("Компания → Город");
});
it("puts compound parts into words", () => {
  expect(compoundText(metadata, company, { or: [{ field: "city", op: "eq", value: "Тверь" }, { field: "city", op: "is_empty" }] })).toContain("Город — Тверь или Город");
});
it("knows a condition that is still being built", () => {
  expect(isComplete({ field: "city", op: "eq", value: null })).toBe(false);
  expect(isComplete({ field: "city", op: "is_empty" })).toBe(true);
  expect(isComplete({ field: "amount", op: "between", value: ["1", null] })).toBe(false);
});
