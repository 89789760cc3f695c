import { Button, Pill } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { RecordPicker } from "@web/fields/shared/link/record-picker";
import type { FilterProps } from "@web/fields/types";
import { targetOf, useMetadata } from "@web/lib/calls/metadata";
import { readTitles } from "@web/lib/calls/read-titles";
import { t } from "@web/lib/i18n";

/** Records to choose among, and «me» for people. The condition keeps ids; titles are asked for showing. */
export function LinkFilter({ field, value, onChange }: FilterProps) {
  const metadata = useMetadata();
  const targets = (field.type === "link_any" ? (field.to ?? []) : [targetOf(field)]).map((key) => metadata.entity(key)).filter((entity) => entity !== undefined);
  const chosen = Array.isArray(value) ? value : value === null || value === undefined ? [] : [value];
  const ids = chosen.filter((one): one is number => typeof one === "number");
  const target = targets[0];
  const { data: titles } = useQuery({ queryKey: ["titles", target?.plural, ids], queryFn: () => (target ? readTitles(target, ids) : new Map<number, string>()), enabled: ids.length > 0 && targets.length === 1 });
  const add = (one: unknown) => {
    if (!chosen.some((other) => JSON.stringify(other) === JSON.stringify(one))) onChange([...chosen, one]);
  };
  const textOf = (one: unknown) => (one === "me" ? t("filter.me") : typeof one === "number" ? (titles?.get(one) ?? `№ ${one}`) : `№ ${(one as { id?: number })?.id ?? ""}`);
  return (
    <div style={{ display: "grid", gap: 8 }}>
      <div style={{ display: "flex", flexWrap: "wrap", gap: 4 }}>
        {chosen.map((one) => <Pill key={JSON.stringify(one)} withRemoveButton removeButtonProps={{ "aria-label": t("field.remove_line", { value: textOf(one) }) }} onRemove={() => onChange(chosen.filter((other) => other !== one))}>{textOf(one)}</Pill>)}
        {field.type === "user" && !chosen.includes("me") && <Button size="compact-xs" variant="default" onClick={() => add("me")}>{t("filter.me")}</Button>}
      </div>
      <RecordPicker
        entities={targets} value={null} name={field.label} can_create={false} auto_focus
        onChange={(link) => { if (link) add(field.type === "link_any" ? { entity: link.entity, id: link.id } : link.id); }}
      />
    </div>
  );
}
