import { Autocomplete, MultiSelect, Select, TagsInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { aggregate } from "@web/lib/calls/aggregate";
import type { BulkChange, BulkTarget } from "@web/lib/calls/bulk";
import { t } from "@web/lib/i18n";
import type { Entity, Field } from "@web/lib/metadata-types";

interface MergeValuesProps {
  entity: Entity;
  fields: Field[];
  target: BulkTarget;
  onChange: (change: BulkChange | null) => void;
}

const kTypes = new Set(["text", "choice", "multi_choice", "tags"]);
const kOffered = 200;

/** Fields whose spellings may be made one. Requisites have formats of their own and names are nobody's dictionary. */
export function mergeableFields(entity: Entity, fields: Field[]): Field[] {
  return fields.filter((field) => kTypes.has(field.type) && field.filterable === true && !field.format && !field.unique && field.key !== entity.title);
}

/** Several spellings of a value become one of them, or another. */
export function MergeValues({ entity, fields, target, onChange }: MergeValuesProps) {
  const [key, setKey] = useState(fields[0]?.key ?? "");
  const [from, setFrom] = useState<string[]>([]);
  const [to, setTo] = useState("");
  const field = fields.find((one) => one.key === key);
  const options = field?.type === "text" || field?.type === "tags" ? null : (field?.options ?? []).filter((option) => !option.hidden).map((option) => ({ value: option.key, label: option.label }));
  const filter = "ids" in target ? { field: "id", op: "in" as const, value: target.ids } : target.filter;
  const { data: known = [] } = useQuery({
    queryKey: ["bulk-values", entity.plural, key, target], enabled: field?.type === "text", retry: false,
    queryFn: async ({ signal }) => {
      const { groups } = await aggregate(entity.plural, filter, [key], [{ fn: "count" }], signal);
      return groups.sort((a, b) => Number(b.values[0]) - Number(a.values[0])).map((group) => group.key[key]).filter((value): value is string => typeof value === "string" && value !== "").slice(0, kOffered);
    },
  });
  const wanted = to.trim();
  const others = from.filter((one) => one !== wanted);
  useEffect(() => onChange(others.length > 0 && wanted ? { action: "merge_values", field: key, from: others, to: wanted } : null), [key, others.join("\u0000"), wanted]);
  const choose = (next: string | null) => {
    if (!next) return;
    setKey(next);
    setFrom([]);
    setTo("");
  };
  return (
    <>
      <Select label={t("bulk.field")} data={fields.map((one) => ({ value: one.key, label: one.label }))} value={key} onChange={choose} searchable allowDeselect={false} />
      {options ? (
        <>
          <MultiSelect key={`from-${key}`} label={t("bulk.values_from")} data={options} value={from} onChange={setFrom} searchable />
          <Select key={`to-${key}`} label={t("bulk.values_to")} data={options} value={to || null} onChange={(next) => setTo(next ?? "")} searchable />
        </>
      ) : (
        <>
          <TagsInput key={`from-${key}`} label={t("bulk.values_from")} description={t("bulk.values_from_text")} data={known} value={from} onChange={setFrom} acceptValueOnBlur />
          <Autocomplete key={`to-${key}`} label={t("bulk.values_to")} data={known} value={to} onChange={setTo} />
        </>
      )}
    </>
  );
}
