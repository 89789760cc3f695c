import { targetOf, type Metadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import type { Entity, Field } from "@web/lib/metadata-types";

export interface TargetGroup {
  group: string;
  items: { value: string; label: string }[];
}

const kUnread = new Set(["file", "image", "json", "formula", "roll_up", "link_any", "auto_number"]);
const kLinks = new Set(["link", "many_to_many", "user"]);
export const kOwnNumber = "id";
const kService = ["id", "uid", "version"] as const;

function isTarget(field: Field): boolean {
  return !field.read_only && !field.hidden && !field.system && field.can_update !== false && !kUnread.has(field.type);
}

/** What a column may become: fields of the entity, fields of what it is linked with, the numbers of a table exported here. */
export function targetGroups(metadata: Metadata, entity: Entity): TargetGroup[] {
  const own = entity.fields.filter(isTarget);
  const groups: TargetGroup[] = [{ group: entity.label.one, items: own.map((field) => ({ value: field.key, label: field.label })) }];
  for (const field of own) {
    const linked = field.type === "link" || field.type === "many_to_many" ? metadata.entity(targetOf(field)) : undefined;
    if (!linked || linked.kind !== "record" || linked.key === entity.key) continue;
    const items = linked.fields.filter((one) => isTarget(one) && !kLinks.has(one.type)).map((one) => ({ value: `${field.key}.${one.key}`, label: `${field.label} → ${one.label}` }));
    if (items.length > 0) groups.push({ group: field.label, items });
  }
  groups.push({ group: t("import.service"), items: kService.map((key) => ({ value: key, label: t(`import.target_${key}`) })) });
  return groups;
}

/** The field at the end of a target, whose kinds, dates and options a column may settle. */
export function targetField(metadata: Metadata, entity: Entity, target: string): Field | undefined {
  return target ? metadata.fieldAt(entity, target) : undefined;
}

export function targetLabel(metadata: Metadata, entity: Entity, target: string): string {
  const service = kService.find((key) => key === target);
  return service ? t(`import.target_${service}`) : metadata.pathLabel(entity, target);
}

/** Records that people keep: those the side menu lists, clients first. */
export function importableEntities(metadata: Metadata): Entity[] {
  const first = ["company", "contact", "lead"];
  const rank = (entity: Entity) => (first.includes(entity.key) ? first.indexOf(entity.key) : first.length);
  return metadata.entities.filter((entity) => entity.kind === "record" && entity.can.create && (entity.owner || entity.custom)).sort((a, b) => rank(a) - rank(b));
}
