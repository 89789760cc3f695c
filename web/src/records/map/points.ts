import type { Entity, Field } from "@web/lib/metadata-types";
import type { Address, AnyRecord } from "@web/lib/values";

export interface Point {
  id: number;
  title: string;
  text: string;
  latitude: number;
  longitude: number;
}

function degrees(value: number | string | null | undefined, limit: number): number | null {
  if (value === null || value === undefined || value === "") return null;
  const number = Number(value);
  return Number.isFinite(number) && Math.abs(number) <= limit ? number : null;
}

/** The places of one record: addresses that have both coordinates. */
export function pointsOf(entity: Entity, field: Field, record: AnyRecord): Point[] {
  const value = record[field.key];
  const addresses = (Array.isArray(value) ? value : value ? [value] : []) as Address[];
  return addresses.flatMap((address) => {
    const latitude = degrees(address.latitude, 90);
    const longitude = degrees(address.longitude, 180);
    if (latitude === null || longitude === null) return [];
    return [{ id: record.id, title: String(record[entity.title] ?? `№ ${record.id}`), text: address.text ?? "", latitude, longitude }];
  });
}
