import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { targetOf, useMetadata } from "@web/lib/calls/metadata";
import { readRecordQuery } from "@web/lib/calls/read-record";
import { holds, linkOf, toCondition } from "@web/lib/conditions";
import type { Entity } from "@web/lib/metadata-types";
import { isBlank, isLink, type AnyRecord } from "@web/lib/values";

export interface FieldRules {
  isVisible: (key: string) => boolean;
  isRequired: (key: string) => boolean;
}

/** What of a record is to be seen and to be filled in now, by the rules the metadata declares. */
export function useFieldRules(entity: Entity, record: Record<string, unknown>): FieldRules {
  const metadata = useMetadata();
  const conditions = useMemo(() => ({
    visibility: Object.fromEntries(Object.entries(entity.visibility ?? {}).map(([key, source]) => [key, toCondition(source)])),
    rules: (entity.rules ?? []).filter((rule) => rule.require?.length).map((rule) => ({ require: rule.require ?? [], condition: toCondition(rule.when) })),
  }), [entity]);
  const links = useMemo(() => {
    const all = [...Object.values(conditions.visibility), ...conditions.rules.map((rule) => rule.condition)];
    return [...new Set(all.map((condition) => (condition ? linkOf(condition) : null)).filter((key) => key !== null))];
  }, [conditions]);
  const wanted = links.map((key) => {
    const field = metadata.field(entity, key);
    const target = field ? metadata.entity(targetOf(field)) : undefined;
    const value = record[key];
    return { key, plural: target?.plural ?? "", id: isLink(value) ? value.id : typeof value === "number" ? value : 0 };
  });
  const answers = useQueries({ queries: wanted.map(({ plural, id }) => ({ ...readRecordQuery(plural, id), enabled: plural !== "" && id > 0 })) });
  const linked: Record<string, AnyRecord | undefined> = Object.fromEntries(wanted.map(({ key }, at) => [key, answers[at]?.data]));
  return {
    // A hidden field that holds a value is shown: nothing a person entered may vanish.
    isVisible: (key) => {
      const condition = conditions.visibility[key];
      return !condition || holds(condition, record, linked) !== false || (!isBlank(record[key]) && !metadata.field(entity, key)?.read_only);
    },
    isRequired: (key) => {
      const field = metadata.field(entity, key);
      return Boolean(field?.required) || conditions.rules.some((rule) => rule.require.includes(key) && rule.condition !== null && holds(rule.condition, record, linked) === true);
    },
  };
}
