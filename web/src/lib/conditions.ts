import type { Condition, Filter } from "@web/lib/filter";

/**
 * Conditions of visibility and of rules as the metadata gives them. The server decides; the interface only foresees the plain
 * comparisons «path = "value"» (and their JSON form), so that a form changes while it is filled. Others are left to the server's answer.
 */
export type ConditionSource = string | Filter;

const kComparison = /^([a-z_][\w.]*)\s*(=|!=)\s*(?:"([^"]*)"|(true|false|null))$/;

/** The condition behind the text of a plain comparison; null when it is anything more. */
export function toCondition(source: ConditionSource | undefined): Condition | null {
  if (source === undefined) return null;
  if (typeof source !== "string") return "field" in source ? source : null;
  const match = kComparison.exec(source.trim());
  if (!match) return null;
  const [, field = "", sign, text, word] = match;
  const value = word === undefined ? text : word === "null" ? null : word === "true";
  return { field, op: sign === "=" ? "eq" : "ne", value };
}

/** The link fields whose records a condition looks into: «stage» of «stage.kind». */
export function linkOf(condition: Condition): string | null {
  return condition.field.includes(".") ? (condition.field.split(".")[0] ?? null) : null;
}

/** Whether it holds; undefined when the value is not known here. `linked` holds the records that links point to. */
export function holds(condition: Condition, record: Record<string, unknown>, linked: Record<string, Record<string, unknown> | undefined>): boolean | undefined {
  const [first = "", second] = condition.field.split(".");
  const owner = second === undefined ? record : linked[first];
  if (second !== undefined && (record[first] === null || record[first] === undefined)) return condition.op === "ne";
  if (!owner) return undefined;
  const value = owner[second ?? first] ?? null;
  const is_equal = value === condition.value;
  return condition.op === "eq" ? is_equal : condition.op === "ne" ? !is_equal : undefined;
}
