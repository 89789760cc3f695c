import { api } from "@web/lib/api";
import { metadataQuery } from "@web/lib/calls/metadata";
import type { CardDefinition, Entity } from "@web/lib/metadata-types";
import { query_client } from "@web/lib/query-client";

/** Lays the card of an entity out anew for everybody; the metadata is read again. */
export async function saveFacts(entity: Entity, facts: string[][]): Promise<void> {
  // The names of groups come in one language and are taken in all of them: they are left as they are.
  const { groups: _, ...rest } = entity.card ?? {};
  const card: CardDefinition = { ...rest, facts: facts.filter((group) => group.length > 0) };
  await api.patch(`/metadata/entities/${entity.key}`, { card });
  await query_client.fetchQuery({ ...metadataQuery, staleTime: 0 });
}
