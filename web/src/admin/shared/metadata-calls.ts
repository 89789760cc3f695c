import { api } from "@web/lib/api";
import { metadataQuery } from "@web/lib/calls/metadata";
import type { Language } from "@web/lib/i18n";
import type { CardDefinition, Entity, ViewDefinition } from "@web/lib/metadata-types";
import { query_client } from "@web/lib/query-client";

export type Labels = Partial<Record<Language, string>>;

export interface OptionPatch {
  key: string;
  color?: string;
  hidden?: boolean;
  labels?: Labels;
}

export interface FieldPatch {
  labels?: Labels;
  required?: boolean;
  unique?: boolean;
  filterable?: boolean;
  sortable?: boolean;
  hidden?: boolean;
  /** Null takes the limit away. */
  min?: string | null;
  max?: string | null;
  max_length?: number | null;
  expression?: string;
  options?: OptionPatch[];
}

export interface EntityPatch {
  labels?: Partial<Record<Language, { one: string; many: string }>>;
  icon?: string;
  card?: CardDefinition;
  views?: Omit<ViewDefinition, "label">[];
}

/** Every change shows at once: the server answers with the entity as it is now, and the whole metadata is read again. */
export async function reread<T>(answer: Promise<T>): Promise<T> {
  const done = await answer;
  await query_client.fetchQuery({ ...metadataQuery, staleTime: 0 });
  return done;
}

export function addField(entity: string, body: Record<string, unknown>): Promise<Entity> {
  return reread(api.post<Entity>(`/metadata/entities/${entity}/fields`, body));
}

export function changeField(entity: string, field: string, patch: FieldPatch): Promise<Entity> {
  return reread(api.patch<Entity>(`/metadata/entities/${entity}/fields/${field}`, patch));
}

/** The values stay; the field can be shown again. */
export function hideField(entity: string, field: string): Promise<null> {
  return reread(api.delete<null>(`/metadata/entities/${entity}/fields/${field}`));
}

/** A hidden custom field with all its values, for ever. */
export function purgeField(entity: string, field: string): Promise<null> {
  return reread(api.post<null>(`/metadata/entities/${entity}/fields/${field}:purge`, { confirm: field }));
}

export interface FormulaCheck {
  /** Paths that the formula reads. */
  fields: string[];
  samples: { record: { id: number; title: string | null } | null; value: unknown }[];
}

/** What a formula gives for the newest records; a Problem says at `expression` what is wrong. */
export function checkFormula(entity: string, expression: string): Promise<FormulaCheck> {
  return api.post<FormulaCheck>(`/metadata/entities/${entity}/formula:check`, { expression }, { is_read: true });
}

export function addEntity(body: Record<string, unknown>): Promise<Entity> {
  return reread(api.post<Entity>("/metadata/entities", body));
}

export function changeEntity(entity: string, patch: EntityPatch): Promise<Entity> {
  return reread(api.patch<Entity>(`/metadata/entities/${entity}`, patch));
}
