import { queryRecords } from "@web/lib/calls/query-records";
import { allOf, type Filter, type Query, type SortKey } from "@web/lib/filter";
import type { Entity } from "@web/lib/metadata-types";
import type { RecordPage } from "@web/lib/values";
import { cardFields } from "@web/records/board/board-card";
import { ColumnStore, firstPage } from "@web/records/board/column-store";
import type { Pipeline, Stage } from "@web/records/board/stages";

/** What a board shows: the view's records of one pipeline that hold the text asked for. */
export function boardFilter(entity: Entity, pipeline: Pipeline | null, view_filter: Filter | null, text: string | undefined): Filter | null {
  const of_pipeline = pipeline && entity.stages?.pipeline ? { field: entity.stages.pipeline, op: "eq" as const, value: pipeline.id } : null;
  return allOf(of_pipeline, view_filter, text ? { text } : null);
}

export function columnQuery(entity: Entity, stage: Stage, filter: Filter | null, sort: SortKey[], columns: string[]): Query {
  const stage_key = entity.stages?.field ?? "";
  const fields = ["version", stage_key, ...cardFields(entity, columns).all.map((field) => field.key), ...(entity.stages?.pipeline ? [entity.stages.pipeline] : [])];
  return { filter: allOf(filter, { field: stage_key, op: "eq", value: stage.id }), sort, fields: [...new Set(fields)] };
}

interface EarlyPage {
  answer: Promise<RecordPage>;
  /** Once the answer is there. */
  page?: RecordPage;
}

const early_pages = new Map<string, EarlyPage>();
const kEarly_ms = 5000;

/** Asks for a column's first page before the column is drawn; the column takes it once. */
export function askEarly(plural: string, query: Query): Promise<RecordPage> {
  const key = JSON.stringify([plural, firstPage(query)]);
  const early: EarlyPage = { answer: queryRecords(plural, firstPage(query), undefined, true).then((page) => (early.page = page)) };
  early_pages.set(key, early);
  setTimeout(() => early_pages.delete(key), kEarly_ms);
  return early.answer;
}

/** A column; the cards that came before the board was drawn stand in it from the first. */
export function columnStore(plural: string, query: Query): ColumnStore {
  const key = JSON.stringify([plural, firstPage(query)]);
  let early = early_pages.get(key);
  early_pages.delete(key);
  const readPage = (page: Query, signal: AbortSignal): Promise<RecordPage> => {
    const answer = early?.answer ?? queryRecords(plural, page, signal, true);
    early = undefined;
    return answer;
  };
  const { page } = early ?? {};
  if (page) early = undefined;
  return new ColumnStore(query, readPage, page);
}
