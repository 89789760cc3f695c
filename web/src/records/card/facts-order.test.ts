import { describe, expect, test } from "vitest";
import { fieldMoved, fieldStepped } from "@web/records/card/facts-order";

const kGroups = [["name", "city", "inn"], ["owner", "tags"]];

describe("the order of a card's fields", () => {
  test("changes inside a group", () => {
    expect(fieldMoved(kGroups, "name", { group: 0, at: 2 })).toEqual([["city", "name", "inn"], ["owner", "tags"]]);
    expect(fieldMoved(kGroups, "inn", { group: 0, at: 0 })).toEqual([["inn", "name", "city"], ["owner", "tags"]]);
  });

  test("changes between groups and takes in a field that stood nowhere", () => {
    expect(fieldMoved(kGroups, "city", { group: 1, at: 1 })).toEqual([["name", "inn"], ["owner", "city", "tags"]]);
    expect(fieldMoved(kGroups, "source", { group: 1, at: 0 })).toEqual([["name", "city", "inn"], ["source", "owner", "tags"]]);
  });

  test("steps over the border of a group and stops at the ends", () => {
    expect(fieldStepped(kGroups, "city", 1)).toEqual([["name", "inn", "city"], ["owner", "tags"]]);
    expect(fieldStepped(kGroups, "inn", 1)).toEqual([["name", "city"], ["inn", "owner", "tags"]]);
    expect(fieldStepped(kGroups, "owner", -1)).toEqual([["name", "city", "inn", "owner"], ["tags"]]);
    expect(fieldStepped(kGroups, "name", -1)).toEqual(kGroups);
  });
});
