import { queryOptions } from "@tanstack/react-query";
import { targetOf, type Metadata } from "@web/lib/calls/metadata";
import { queryRecords } from "@web/lib/calls/query-records";
import type { Entity } from "@web/lib/metadata-types";
import { isLink } from "@web/lib/values";

export interface Stage {
  id: number;
  title: string;
  color: string | null;
  /** open, won or lost. */
  kind: string | null;
  pipeline: number | null;
  required_fields: string[];
}

export interface Pipeline {
  id: number;
  title: string;
}

/** All stages in their order, those of every pipeline: they are few, and asking before the pipeline is known saves a round trip. */
export function stagesQuery(metadata: Metadata, entity: Entity) {
  const field = entity.stages ? metadata.field(entity, entity.stages.field) : undefined;
  const target = field ? metadata.entity(targetOf(field)) : undefined;
  const pipeline_key = entity.stages?.pipeline ?? "";
  return queryOptions({
    queryKey: ["stages", entity.key],
    queryFn: async ({ signal }): Promise<Stage[]> => {
      if (!target) return [];
      const has = (key: string) => target.fields.some((one) => one.key === key);
      const fields = [target.title, pipeline_key, "color", "kind", "position", "required_fields"].filter(has);
      const page = await queryRecords(target.plural, { sort: has("position") ? [{ field: "position", desc: false }] : [], fields, limit: 500 }, signal, true);
      return page.items.map((item) => ({
        id: item.id, title: String(item[target.title] ?? ""), color: (item.color as string | null) ?? null, kind: (item.kind as string | null) ?? null,
        pipeline: isLink(item[pipeline_key]) ? item[pipeline_key].id : null, required_fields: Array.isArray(item.required_fields) ? (item.required_fields as string[]) : [],
      }));
    },
    enabled: target !== undefined, staleTime: 10 * 60_000,
  });
}

export function stagesOf(stages: Stage[], pipeline: number | null): Stage[] {
  return pipeline === null ? stages : stages.filter((stage) => stage.pipeline === null || stage.pipeline === pipeline);
}

export function pipelinesQuery(metadata: Metadata, entity: Entity) {
  const field = entity.stages?.pipeline ? metadata.field(entity, entity.stages.pipeline) : undefined;
  const target = field ? metadata.entity(targetOf(field)) : undefined;
  return queryOptions({
    queryKey: ["pipelines", entity.key],
    queryFn: async ({ signal }): Promise<Pipeline[]> => {
      if (!target) return [];
      const has_position = target.fields.some((one) => one.key === "position" && one.sortable);
      const page = await queryRecords(target.plural, { sort: has_position ? [{ field: "position", desc: false }] : [], fields: [target.title], limit: 100 }, signal, true);
      return page.items.map((item) => ({ id: item.id, title: String(item[target.title] ?? "") }));
    },
    enabled: target !== undefined, staleTime: 10 * 60_000,
  });
}

export interface PipelineChoice {
  pipeline: number;
}

/** Under which the user's choice of a pipeline is kept. */
export function pipelinePreference(entity: Entity): string {
  return `board.${entity.key}`;
}

/** The pipeline that the user chose last, else the first; null where the entity has none. */
export function chosenPipeline(entity: Entity, pipelines: Pipeline[] | undefined, choice: PipelineChoice | null | undefined): Pipeline | null {
  if (!entity.stages?.pipeline) return null;
  return pipelines?.find((one) => one.id === choice?.pipeline) ?? pipelines?.[0] ?? null;
}
