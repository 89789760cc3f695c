import { toWire } from "@web/fields/shared/multi/multi-items";
import { api } from "@web/lib/api";
import { patchRecord, type Changes } from "@web/lib/calls/save-record";
import { announce } from "@web/lib/live";
import type { Entity } from "@web/lib/metadata-types";
import { Problem } from "@web/lib/problem";
import { query_client } from "@web/lib/query-client";
import type { AnyRecord } from "@web/lib/values";

export interface Conflict {
  /** The record as it is on the server now. */
  current: AnyRecord;
  /** The fields both sides changed. */
  fields: string[];
}

export type SaveOutcome =
  | { kind: "saved"; record: AnyRecord }
  | { kind: "conflict"; conflict: Conflict }
  | { kind: "refused"; problem: Problem };

export function wireChanges(entity: Entity, changes: Changes): Changes {
  const wire: Changes = {};
  for (const [key, value] of Object.entries(changes)) {
    const field = entity.fields.find((one) => one.key === key);
    wire[key] = field ? toWire(field, value) : value;
  }
  return wire;
}

/**
 * Saves changes made on `base`. The cache shows them at once and goes back when they are refused.
 * Where somebody else changed other fields meanwhile, the save goes through; the same fields make a conflict.
 */
export async function saveChanges(entity: Entity, base: AnyRecord, changes: Changes): Promise<SaveOutcome> {
  const key = ["record", entity.plural, base.id];
  const cached = query_client.getQueryData<AnyRecord>(key);
  query_client.setQueryData(key, { ...(cached ?? base), ...changes });
  try {
    const record = await patchRecord(entity.plural, base.id, base.version, wireChanges(entity, changes));
    announce({ entity: entity.key, id: record.id, version: record.version, action: "updated", fields: Object.keys(changes) });
    return { kind: "saved", record };
  } catch (error) {
    query_client.setQueryData(key, cached);
    if (!(error instanceof Problem)) throw error;
    if (!error.is_conflict) return { kind: "refused", problem: error };
    return settleConflict(entity, base, changes);
  }
}

async function settleConflict(entity: Entity, base: AnyRecord, changes: Changes): Promise<SaveOutcome> {
  const current = await api.get<AnyRecord>(`/${entity.plural}/${base.id}`);
  query_client.setQueryData(["record", entity.plural, base.id], current);
  const fields = Object.keys(changes).filter((key) => JSON.stringify(current[key]) !== JSON.stringify(base[key]));
  const is_same = fields.every((key) => JSON.stringify(wireChanges(entity, { [key]: current[key] })) === JSON.stringify(wireChanges(entity, { [key]: changes[key] })));
  if (fields.length > 0 && !is_same) return { kind: "conflict", conflict: { current, fields } };
  return saveChanges(entity, current, changes);
}
