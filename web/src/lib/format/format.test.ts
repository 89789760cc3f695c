import { beforeAll, describe, expect, it } from "vitest";
import { dueState, formatDate, formatInstant, instantToLocal, localToInstant } from "@web/lib/format/date";
import { formatCompactMoney, formatDecimal, formatMoney, parseDecimal } from "@web/lib/format/number";
import { formatPhone } from "@web/lib/format/phone";
import { setTimeZone, useTexts } from "@web/lib/i18n";
import ru from "@web/locales/ru.json";

const now = new Date("2026-11-21T09:00:00Z");

beforeAll(() => {
  useTexts("ru", ru);
  setTimeZone("Europe/Moscow");
});

describe("numbers", () => {
  it("groups digits without losing any of a large amount", () => {
    expect(formatDecimal("90071992547409931.25", 2)).toBe("90\u202f071\u202f992\u202f547\u202f409\u202f931,25");
  });
  it("drops the kopecks of whole amounts and keeps them otherwise", () => {
    expect(formatMoney({ amount: "1250000.00", currency: "RUB" })).toBe("1\u202f250\u202f000\u00a0₽");
    expect(formatMoney({ amount: "-1250.5", currency: "RUB" })).toBe("−1\u202f250,50\u00a0₽");
  });
  it("shortens sums of columns", () => {
    expect(formatCompactMoney({ amount: "1312000", currency: "RUB" })).toBe("1,31\u00a0млн\u00a0₽");
  });
  it("reads what a person types", () => {
    expect(parseDecimal("1 250 000,5")).toBe("1250000.5");
    expect(parseDecimal("007")).toBe("7");
    expect(parseDecimal("12a")).toBeNull();
    expect(parseDecimal("-")).toBeNull();
  });
});

describe("dates", () => {
  it("names near days", () => {
    expect(formatDate("2026-11-21", now)).toBe("сегодня");
    expect(formatInstant("2026-11-20T11:05:00Z", now)).toBe("вчера, 14:05");
    expect(formatDate("2025-12-05", now)).toMatch(/2025$/);
    expect(formatDate("2026-08-13", now)).toBe("13 авг.");
  });
  it("tells overdue from today and planned", () => {
    expect(dueState("2026-11-21T08:59:00Z", now)).toBe("overdue");
    expect(dueState("2026-11-21T20:00:00Z", now)).toBe("today");
    expect(dueState("2026-11-22", now)).toBe("planned");
    expect(dueState(null, now)).toBe("none");
  });
  it("takes an instant to the user's zone and back", () => {
    expect(instantToLocal("2026-11-21T09:00:00Z")).toBe("2026-11-21T12:00");
    expect(localToInstant("2026-11-21T12:00")).toBe("2026-11-21T09:00:00.000Z");
  });
});

describe("phones", () => {
  it("shows Russian numbers in the usual groups with the extension", () => {
    expect(formatPhone({ raw: "8 (912) 345 67 89", e164: "+79123456789", ext: "12" })).toBe("+7 912 345-67-89, 12");
  });
  it("leaves what could not be recognised as it was typed", () => {
    expect(formatPhone({ raw: "доб. 12", e164: null })).toBe("доб. 12");
  });
});
