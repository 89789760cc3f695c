import type { Entity } from "@web/lib/metadata-types";

/** The rights of a role as the server keeps them: entity key or «*» for everything that is not named. */
export type Rights = Record<string, EntityRights>;

export interface EntityRights {
  read?: Scope;
  create?: Scope;
  update?: Scope;
  delete?: Scope;
  export?: Scope;
  hidden?: string[];
  read_only?: string[];
  /** A formula: the rights hold only for records where it is true. */
  condition?: string;
}

export type Scope = "none" | "own" | "department" | "tree" | "all";
export type Action = "read" | "create" | "update" | "delete" | "export";

export const kActions: Action[] = ["read", "create", "update", "delete", "export"];
export const kRest = "*";

/** Records without an owner have no «own»; a new record has no owner yet, so creating is allowed or not. */
export function scopesOf(entity: Entity | null, action: Action): Scope[] {
  const has_owner = entity === null || Boolean(entity.owner);
  return has_owner && action !== "create" ? ["none", "own", "department", "tree", "all"] : ["none", "all"];
}

/** Whether «everything else» speaks for an entity that is not named: not for people, departments and roles. */
export function isCoveredByRest(entity: Entity): boolean {
  return entity.kind !== "system";
}

export function rightsOf(rights: Rights, entity: Entity): { rights: EntityRights; is_own: boolean } {
  const own = rights[entity.key];
  if (own) return { rights: own, is_own: true };
  return { rights: isCoveredByRest(entity) ? (rights[kRest] ?? {}) : {}, is_own: false };
}

/** The rights after one choice; an entity that followed «everything else» becomes named with a copy of it. */
export function withRights(rights: Rights, entity: Entity | null, changes: Partial<EntityRights>): Rights {
  const key = entity?.key ?? kRest;
  const before = entity ? rightsOf(rights, entity).rights : (rights[kRest] ?? {});
  const next: Record<string, unknown> = { ...before, ...changes };
  for (const name of ["hidden", "read_only"]) if (Array.isArray(next[name]) && (next[name] as unknown[]).length === 0) delete next[name];
  if (!next.condition) delete next.condition;
  return { ...rights, [key]: next as EntityRights };
}

export function withoutRights(rights: Rights, key: string): Rights {
  const { [key]: _, ...rest } = rights;
  return rest;
}
