import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { aggregate, type AggregateGroup } from "@web/lib/calls/aggregate";
import type { Filter } from "@web/lib/filter";
import { onChanges } from "@web/lib/live";
import type { Entity, Field } from "@web/lib/metadata-types";
import { isLink } from "@web/lib/values";
import type { MeasureValue } from "@web/lib/calls/aggregate";

export interface ColumnTotals {
  count: number;
  sum: MeasureValue;
}

function stageOf(group: AggregateGroup, stage_key: string): number | null {
  const value = group.key[stage_key];
  return isLink(value) ? value.id : typeof value === "number" ? value : null;
}

/** Counts and sums of all columns from one question to the server. */
export function useTotals(entity: Entity, filter: Filter | null, money: Field | undefined): { totals: Map<number, ColumnTotals> | null; refetch: () => void } {
  const stage_key = entity.stages?.field ?? "";
  const { data, refetch } = useQuery({
    queryKey: ["board-totals", entity.plural, filter],
    queryFn: async ({ signal }) => {
      const answer = await aggregate(entity.plural, filter, [stage_key], [{ fn: "count" }, ...(money ? [{ fn: "sum" as const, field: money.key }] : [])], signal, "later");
      return new Map(answer.groups.flatMap((group): [number, ColumnTotals][] => {
        const stage = stageOf(group, stage_key);
        return stage === null ? [] : [[stage, { count: Number(group.values[0] ?? 0), sum: group.values[1] ?? null }]];
      }));
    },
    placeholderData: keepPreviousData,
  });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onChanges((changes) => {
      if (!changes.some((change) => change.entity === entity.key)) return;
      clearTimeout(timer);
      timer = setTimeout(() => void refetch(), 300);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [entity.key, refetch]);
  return { totals: data ?? null, refetch: () => void refetch() };
}
