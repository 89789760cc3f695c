import type { Metadata } from "@web/lib/calls/metadata";
import { preferenceQuery } from "@web/lib/calls/preferences";
import { savedViewsQuery } from "@web/lib/calls/views";
import type { Entity } from "@web/lib/metadata-types";
import { query_client } from "@web/lib/query-client";
import { askEarly, boardFilter, columnQuery } from "@web/records/board/board-query";
import { chosenPipeline, pipelinePreference, pipelinesQuery, stagesOf, stagesQuery, type PipelineChoice } from "@web/records/board/stages";
import type { ListSearch } from "@web/records/list/list-state";
import { shapeNow } from "@web/records/list/shape/shapes";
import { currentView } from "@web/records/list/shape/use-view";

/** Asks for what a board will show while the page is still being made: two rounds to the server beside the work, not after it. */
export async function askForBoard(metadata: Metadata, entity: Entity, search: ListSearch, user_id: number): Promise<void> {
  if (!entity.stages) return;
  const shipped = currentView(entity, [], search);
  if (shipped.current && shapeNow(entity, search.as, shipped.current.definition) !== "board") return;
  const [saved, stages, pipelines, choice] = await Promise.all([
    query_client.fetchQuery(savedViewsQuery(entity.key, user_id)), query_client.fetchQuery(stagesQuery(metadata, entity)),
    entity.stages.pipeline ? query_client.fetchQuery(pipelinesQuery(metadata, entity)) : [], query_client.fetchQuery(preferenceQuery(pipelinePreference(entity))),
  ]);
  const view = currentView(entity, saved, search);
  if (shapeNow(entity, search.as, view.current?.definition) !== "board") return;
  const pipeline = chosenPipeline(entity, pipelines, choice as PipelineChoice | null);
  if (entity.stages.pipeline && !pipeline) return;
  const filter = boardFilter(entity, pipeline, view.filter, search.q);
  await Promise.all(stagesOf(stages, pipeline?.id ?? null).map((stage) => askEarly(entity.plural, columnQuery(entity, stage, filter, view.sort, view.current?.definition.columns ?? []))));
}
