import { describe, expect, test } from "vitest";
import type { Entity, Field } from "@web/lib/metadata-types";
import type { AnyRecord } from "@web/lib/values";
import { pointsOf } from "@web/records/map/points";

const kField: Field = { key: "addresses", id: 8, type: "address", label: "Адреса" };
const kEntity = { key: "company", title: "name", fields: [kField] } as unknown as Entity;

function company(addresses: unknown): AnyRecord {
  return { id: 7, uid: "", version: 1, created_at: "", updated_at: "", name: "Мельница", addresses };
}

describe("the places of a record", () => {
  test("are its addresses with both coordinates", () => {
    const points = pointsOf(kEntity, kField, company([{ text: "Казань", latitude: "55.79", longitude: 49.12 }, { text: "без места" }, { latitude: 55, longitude: null }]));
    expect(points).toEqual([{ id: 7, title: "Мельница", text: "Казань", latitude: 55.79, longitude: 49.12 }]);
  });

  test("leave out what is not on the globe", () => {
    expect(pointsOf(kEntity, kField, company([{ latitude: 95, longitude: 10 }, { latitude: 10, longitude: 181 }, { latitude: "север", longitude: 1 }]))).toEqual([]);
  });

  test("are none without addresses", () => {
    expect(pointsOf(kEntity, kField, company(null))).toEqual([]);
  });
});
