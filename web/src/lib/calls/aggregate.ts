import { api } from "@web/lib/api";
import type { Filter } from "@web/lib/filter";
import type { Lane } from "@web/lib/together";
import type { Money } from "@web/lib/values";

export interface Measure {
  fn: "count" | "sum" | "avg" | "min" | "max";
  field?: string;
}

export type MeasureValue = number | string | Money | null;

export interface AggregateGroup {
  key: Record<string, unknown>;
  values: MeasureValue[];
}

export interface AggregateAnswer {
  groups: AggregateGroup[];
  left_out?: Record<string, unknown>;
}

/** Sums and groups over the records that match. */
export function aggregate(plural: string, filter: Filter | null, group: string[], measures: Measure[], signal?: AbortSignal, together?: Lane): Promise<AggregateAnswer> {
  return api.ask<AggregateAnswer>(`/${plural}:aggregate`, { filter, group, measures }, { signal, ...(together ? { together } : {}) });
}
