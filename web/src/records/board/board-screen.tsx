import { NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { EmptyState } from "@web/kit/empty-state";
import { EntityIcon } from "@web/kit/entity-icon";
import { useMetadata } from "@web/lib/calls/metadata";
import { usePreference } from "@web/lib/calls/preferences";
import { askForRecord } from "@web/lib/calls/read-record";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { Board } from "@web/records/board/board";
import { boardFilter } from "@web/records/board/board-query";
import classes from "@web/records/board/board.module.css";
import { chosenPipeline, pipelinePreference, pipelinesQuery, stagesOf, stagesQuery, type PipelineChoice } from "@web/records/board/stages";
import { useListSearch } from "@web/records/list/list-state";
import { kNoFilter, SectionFrame } from "@web/records/list/grouped/section-frame";
import type { CurrentView } from "@web/records/list/shape/use-view";

/** The board of any entity with stages; filters, views and the open record are those of the list. */
export function BoardScreen({ entity, view }: { entity: Entity; view: CurrentView }) {
  const metadata = useMetadata();
  const [search, update] = useListSearch();
  const [chosen, choose] = usePreference<PipelineChoice>(pipelinePreference(entity));
  const { data: pipelines, isPending } = useQuery(pipelinesQuery(metadata, entity));
  const has_pipelines = Boolean(entity.stages?.pipeline);
  const pipeline = chosenPipeline(entity, pipelines, chosen);
  const { data: all_stages } = useQuery(stagesQuery(metadata, entity));
  const stages = useMemo(() => (all_stages && (!has_pipelines || pipeline) ? stagesOf(all_stages, pipeline?.id ?? null) : null), [all_stages, has_pipelines, pipeline]);
  const filter = useMemo(() => boardFilter(entity, pipeline, view.filter, search.q), [pipeline, entity, view.filter, search.q]);
  const onOpen = useCallback((id: number) => {
    askForRecord(entity.plural, id);
    update({ open: `${entity.key}/${id}` });
  }, [entity, update]);
  // An empty pipeline shows its stages; only what was asked for by hand may find nothing.
  const is_narrowed = Boolean(search.q) || (search.filter !== undefined && JSON.stringify(search.filter) !== JSON.stringify(kNoFilter));
  const is_bare = !isPending && has_pipelines && pipelines?.length === 0;
  const choice = pipelines && pipelines.length > 1 && (
    <NativeSelect size="xs" aria-label={t("board.pipeline")} value={String(pipeline?.id ?? "")} onChange={(event) => choose({ pipeline: Number(event.currentTarget.value) })} data={pipelines.map((one) => ({ value: String(one.id), label: one.title }))} />
  );
  return (
    <SectionFrame entity={entity} view={view} shape="board" tools={choice}>
      {is_bare ? <EmptyState icon={<EntityIcon name={entity.icon} size={28} />} title={t("board.no_stages")} text={t("board.no_stages_text")} />
        : stages ? (
          <Board
            key={pipeline?.id ?? 0} entity={entity} stages={stages} filter={filter} sort={view.sort} columns={view.current?.definition.columns ?? []} is_filtered={is_narrowed}
            onClear={() => update({ filter: kNoFilter, q: undefined })} onOpen={onOpen}
          />
        ) : <div className={classes.board} aria-busy="true">{[0, 1, 2, 3].map((at) => <div key={at} className={classes.column} />)}</div>}
    </SectionFrame>
  );
}
