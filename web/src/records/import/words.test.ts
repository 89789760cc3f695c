import { expect, test } from "vitest";
import type { Field } from "@web/lib/metadata-types";
import { distinctWords, optionOf, unknownWords } from "@web/records/import/words";

const field: Field = { key: "status", id: 1, type: "choice", label: "Статус", options: [{ key: "new", id: 1, label: "Новый" }, { key: "in_work", id: 2, label: "Отложённый" }] };

test("a word names an option by label or key, whatever its case, blanks and ё", () => {
  expect(optionOf(field, " новый ")?.key).toBe("new");
  expect(optionOf(field, "IN_WORK")?.key).toBe("in_work");
  expect(optionOf(field, "отложенный")?.key).toBe("in_work");
  expect(optionOf(field, "прочее")).toBeUndefined();
});

test("words of a column come once, the most frequent first", () => {
  expect(distinctWords(field, ["Архив", "Новый", "новый", ""])).toEqual(["Новый", "Архив"]);
  expect(distinctWords({ ...field, type: "multi_choice" }, ["Новый; Архив", "архив"])).toEqual(["Архив", "Новый"]);
});

test("unknown is what names no option and was not settled by hand", () => {
  expect(unknownWords(field, ["Новый", "Архив", "Холд"], { архив: "new" })).toEqual(["Холд"]);
  expect(unknownWords(undefined, ["Архив"], {})).toEqual([]);
});
