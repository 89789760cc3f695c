import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { api } from "@web/lib/api";
import type { Entity, Field, MetadataDocument } from "@web/lib/metadata-types";
import { query_client } from "@web/lib/query-client";

/** Metadata with look-ups; immutable, replaced as a whole when its version changes. */
export class Metadata {
  readonly version: number;
  readonly entities: Entity[];
  private readonly by_key: Map<string, Entity>;
  private readonly by_plural: Map<string, Entity>;
  private readonly fields: Map<string, Map<string, Field>>;

  constructor(document: MetadataDocument) {
    this.version = document.version;
    this.entities = document.entities.map((entity) => ({ ...entity, can: { ...entity.can, create: entity.can.create === true && isFilledByHand(entity) }, fields: entity.fields.map((field) => withTarget(withoutBlanks(field), entity, document.entities)) }));
    this.by_key = new Map(this.entities.map((entity) => [entity.key, entity]));
    this.by_plural = new Map(this.entities.map((entity) => [entity.plural, entity]));
    this.fields = new Map(this.entities.map((entity) => [entity.key, new Map(entity.fields.map((field) => [field.key, field]))]));
  }

  entity(key: string | null | undefined): Entity | undefined {
    return key ? this.by_key.get(key) : undefined;
  }

  byPlural(plural: string): Entity | undefined {
    return this.by_plural.get(plural);
  }

  field(entity: Entity | string, key: string): Field | undefined {
    return this.fields.get(typeof entity === "string" ? entity : entity.key)?.get(key);
  }

  /** The field at the end of a dotted path through links; also `phones.e164`, where the field is `phones`. */
  fieldAt(entity: Entity, path: string): Field | undefined {
    const [first = "", ...rest] = path.split(".");
    const field = this.field(entity, first);
    if (!field || rest.length === 0) return field;
    const target = this.entity(targetOf(field));
    return target ? this.fieldAt(target, rest.join(".")) : field;
  }

  /** The labels along a path: «Компания → Город». */
  pathLabel(entity: Entity, path: string): string {
    const [first = "", ...rest] = path.split(".");
    const field = this.field(entity, first);
    if (!field) return path;
    const target = rest.length > 0 ? this.entity(targetOf(field)) : undefined;
    return target ? `${field.label} → ${this.pathLabel(target, rest.join("."))}` : field.label;
  }
}

/** What the program alone fills in, such as a bank's statement, nobody makes by hand. */
function isFilledByHand(entity: Entity): boolean {
  return entity.fields.length === 0 || entity.fields.some((field) => !field.read_only && !field.system && field.key !== entity.owner);
}

/** The program writes what a field does not have as empty text. */
function withoutBlanks(field: Field): Field {
  return { ...field, result: field.result || null, format: field.format || null, through: field.through || null, expression: field.expression || null };
}

/** A many-to-many names the relation it goes through; where it leads is said by the relation's other link. */
function withTarget(field: Field, entity: Entity, entities: Entity[]): Field {
  if (field.type !== "many_to_many" || field.to?.length || !field.through) return field;
  const links = entities.find((one) => one.key === field.through)?.fields.filter((one) => one.type === "link" || one.type === "user") ?? [];
  const leads = links.map((link) => (link.type === "user" ? "user" : (link.to?.[0] ?? "")));
  const other = leads.find((key) => key !== entity.key) ?? leads[0];
  return other ? { ...field, to: [other] } : field;
}

/** The entity a link field leads to; null for links to several kinds. */
export function targetOf(field: Field): string | null {
  if (field.type === "user") return "user";
  if (field.type === "link" || field.type === "many_to_many") return field.to?.[0] ?? null;
  return null;
}

export const metadataQuery = queryOptions({
  queryKey: ["metadata"],
  queryFn: async ({ signal }) => new Metadata(await api.get<MetadataDocument>("/metadata", { signal, together: "now" })),
  staleTime: Infinity,
  gcTime: Infinity,
  structuralSharing: false,
});

export function useMetadata(): Metadata {
  return useSuspenseQuery(metadataQuery).data;
}

/** For code outside components, once the shell stands. */
export function loadedMetadata(): Metadata {
  const metadata = query_client.getQueryData<Metadata>(["metadata"]);
  if (!metadata) throw new Error("metadata is not loaded");
  return metadata;
}
