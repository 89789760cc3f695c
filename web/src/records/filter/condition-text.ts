import { distanceText, isRelativeDay, relativeDays, relativeText } from "@web/fields/shared/date/relative-dates";
import { drawnType } from "@web/fields/registry";
import type { Metadata } from "@web/lib/calls/metadata";
import type { Condition, Filter, Operator } from "@web/lib/filter";
import { isCondition, needsValue } from "@web/lib/filter";
import { formatDate } from "@web/lib/format/date";
import { formatDecimal } from "@web/lib/format/number";
import { t, type TextKey } from "@web/lib/i18n";
import type { Entity, Field } from "@web/lib/metadata-types";

/** Operators that a phrase leaves unsaid: «Город — Казань». */
const kSilent = new Set<Operator>(["eq", "in", "any_of"]);

const kDateOperators = new Set<Operator>(["lt", "lte", "gt", "gte"]);

export function operatorText(op: Operator, field?: Field): string {
  const is_date = field !== undefined && ["date", "instant"].includes(drawnType(field));
  return is_date && kDateOperators.has(op) ? t(`op.date_${op}` as TextKey) : t(`op.${op}`);
}

function oneValue(field: Field | undefined, value: unknown, titles: ReadonlyMap<number, string> | undefined): string {
  if (value === "me") return t("filter.me");
  if (value === "my_department") return t("filter.my_department");
  if (value === "now") return t("filter.now");
  if (typeof value === "boolean") return t(value ? "value.yes" : "value.no");
  if (isRelativeDay(value)) return relativeText(value);
  const days = relativeDays(value);
  if (days !== null) return distanceText(days);
  if (value === null || value === undefined) return "…";
  const type = field ? drawnType(field) : "text";
  if (type === "choice" || type === "multi_choice") return field?.options?.find((option) => option.key === value)?.label ?? String(value);
  if (type === "date" || type === "instant") return formatDate(String(value));
  if (type === "integer" || type === "decimal" || type === "money" || type === "percent") return formatDecimal(String(value));
  if (typeof value === "number") return titles?.get(value) ?? `№ ${value}`;
  if (typeof value === "object") {
    const link = value as { id?: number; title?: string };
    return link.title ?? titles?.get(link.id ?? 0) ?? `№ ${link.id ?? ""}`;
  }
  return String(value);
}

/** The value part of a condition in words. */
export function valueText(field: Field | undefined, condition: Condition, titles?: ReadonlyMap<number, string>): string {
  if (!needsValue(condition.op)) return "";
  const { value, op } = condition;
  if (op === "between" && Array.isArray(value)) return `${oneValue(field, value[0], titles)} — ${oneValue(field, value[1], titles)}`;
  if (!Array.isArray(value)) return oneValue(field, value, titles);
  const shown = value.slice(0, 3).map((one) => oneValue(field, one, titles)).join(", ");
  return value.length > 3 ? `${shown} ${t("filter.and_more", { count: value.length - 3 })}` : shown || "…";
}

export interface Phrase {
  subject: string;
  /** Empty where the dash says it all. */
  verb: string;
  value: string;
}

export function phraseOf(metadata: Metadata, entity: Entity, condition: Condition, titles?: ReadonlyMap<number, string>): Phrase {
  const field = metadata.fieldAt(entity, condition.field);
  const subject = field ? metadata.pathLabel(entity, condition.field) : condition.field;
  const verb = kSilent.has(condition.op) ? "" : operatorText(condition.op, field);
  return { subject, verb, value: valueText(field, condition, titles) };
}

/** A part that is more than one condition, in words; it can be taken away, not edited. */
export function compoundText(metadata: Metadata, entity: Entity, filter: Filter): string {
  if (isCondition(filter)) {
    const phrase = phraseOf(metadata, entity, filter);
    return [phrase.subject, phrase.verb || "—", phrase.value].filter(Boolean).join(" ");
  }
  if ("and" in filter) return filter.and.map((one) => compoundText(metadata, entity, one)).join(` ${t("filter.and")} `);
  if ("or" in filter) return filter.or.map((one) => compoundText(metadata, entity, one)).join(` ${t("filter.or")} `);
  if ("not" in filter) return `${t("filter.not")} (${compoundText(metadata, entity, filter.not)})`;
  if ("text" in filter) return `«${filter.text}»`;
  if ("formula" in filter) return filter.formula;
  if ("in_segment" in filter) return `${t("filter.in_segment")} № ${[filter.in_segment].flat().join(", ")}`;
  const [other = "", backlink = ""] = filter.exists.path.split(".");
  const target = metadata.entity(other);
  return `${t("filter.exists")} ${target?.label.many.toLowerCase() ?? other}${target && filter.exists.filter ? `: ${compoundText(metadata, target, filter.exists.filter)}` : backlink ? "" : ""}`;
}

/** Whether a condition says something already: one being built is shown but not asked of the server. */
export function isComplete(filter: Filter): boolean {
  if (!isCondition(filter) || !needsValue(filter.op)) return true;
  const { value, op } = filter;
  if (op === "between") return Array.isArray(value) && value.length === 2 && value.every((one) => one !== null && one !== undefined && one !== "");
  if (Array.isArray(value)) return value.length > 0;
  return value !== null && value !== undefined && value !== "";
}
