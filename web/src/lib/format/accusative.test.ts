import { describe, expect, test } from "vitest";
import { accusative } from "@web/lib/format/accusative";
import { useTexts } from "@web/lib/i18n";

describe("the accusative of a name", () => {
  test.each([
    ["Сделка", "сделку"], ["Компания", "компанию"], ["Задача", "задачу"], ["Контакт", "контакт"], ["Лид", "лид"], ["Встреча", "встречу"],
    ["Новая заявка", "новую заявку"], ["Торговая точка сети", "торговую точку сети"], ["Складской остаток", "складской остаток"], ["Причина отказа", "причину отказа"], ["Обращение", "обращение"],
  ])("turns «%s» into «%s»", (name, wanted) => {
    useTexts("ru", {});
    expect(accusative(name)).toBe(wanted);
  });

  test("leaves English alone but for the capital", () => {
    useTexts("en", {});
    expect(accusative("Deal")).toBe("deal");
  });
});
