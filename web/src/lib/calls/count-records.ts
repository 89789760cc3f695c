import { api } from "@web/lib/api";
import type { Filter } from "@web/lib/filter";
import type { Count } from "@web/lib/values";

/** The exact number of records that match; asked only when a person wants it. */
export async function countRecords(plural: string, filter: Filter | null, signal?: AbortSignal): Promise<number> {
  const answer = await api.ask<{ count?: Count | number; value?: number }>(`/${plural}:count`, { filter }, { signal });
  return typeof answer.count === "number" ? answer.count : (answer.count?.value ?? answer.value ?? 0);
}
