import { queryOptions } from "@tanstack/react-query";
import { targetOf, type Metadata } from "@web/lib/calls/metadata";
import { queryRecords } from "@web/lib/calls/query-records";
import type { Entity } from "@web/lib/metadata-types";

export interface Stage {
  id: number;
  title: string;
  color: string | null;
  /** open, won or lost. */
  kind: string | null;
  required_fields: string[];
}

export interface Pipeline {
  id: number;
  title: string;
}

/** The stages of a pipeline in their order; they are few and rarely change. */
export function stagesQuery(metadata: Metadata, entity: Entity, pipeline: number | null) {
  const field = entity.stages ? metadata.field(entity, entity.stages.field) : undefined;
  const target = field ? metadata.entity(targetOf(field)) : undefined;
  const pipeline_key = entity.stages?.pipeline ?? null;
  return queryOptions({
    queryKey: ["stages", entity.key, pipeline],
    queryFn: async ({ signal }): Promise<Stage[]> => {
      if (!target) return [];
      const has = (key: string) => target.fields.some((one) => one.key === key);
      const fields = [target.title, "color", "kind", "position", "required_fields"].filter(has);
      const page = await queryRecords(target.plural, {
        filter: pipeline_key && pipeline !== null && has(pipeline_key) ? { field: pipeline_key, op: "eq", value: pipeline } : null,
        sort: has("position") ? [{ field: "position", desc: false }] : [], fields, limit: 100,
      }, signal);
      return page.items.map((item) => ({
        id: item.id, title: String(item[target.title] ?? ""), color: (item.color as string | null) ?? null, kind: (item.kind as string | null) ?? null,
        required_fields: Array.isArray(item.required_fields) ? (item.required_fields as string[]) : [],
      }));
    },
    enabled: target !== undefined && (pipeline_key === null || pipeline !== null), staleTime: 10 * 60_000,
  });
}

export function pipelinesQuery(metadata: Metadata, entity: Entity) {
  const field = entity.stages?.pipeline ? metadata.field(entity, entity.stages.pipeline) : undefined;
  const target = field ? metadata.entity(targetOf(field)) : undefined;
  return queryOptions({
    queryKey: ["pipelines", entity.key],
    queryFn: async ({ signal }): Promise<Pipeline[]> => {
      if (!target) return [];
      const has_position = target.fields.some((one) => one.key === "position" && one.sortable);
      const page = await queryRecords(target.plural, { sort: has_position ? [{ field: "position", desc: false }] : [], fields: [target.title], limit: 100 }, signal);
      return page.items.map((item) => ({ id: item.id, title: String(item[target.title] ?? "") }));
    },
    enabled: target !== undefined, staleTime: 10 * 60_000,
  });
}
