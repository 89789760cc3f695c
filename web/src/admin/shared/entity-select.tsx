import { Select } from "@mantine/core";
import { useChoice } from "@web/admin/shared/use-choice";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";

/** The sections whose fields and screens are designed: records, those with an owner first. */
export function useDesignedEntity(): { entity: Entity | undefined; entities: Entity[]; choose: (key: string | null) => void } {
  const [key, choose] = useChoice("section");
  const entities = useMetadata().entities.filter((entity) => entity.kind === "record" || entity.key === "user" || entity.key === "department")
    .sort((a, b) => Number(b.kind === "record") - Number(a.kind === "record") || Number(Boolean(b.owner)) - Number(Boolean(a.owner)) || a.id - b.id);
  return { entity: entities.find((one) => one.key === key) ?? entities.find((one) => one.key === "deal") ?? entities[0], entities, choose };
}

export function EntitySelect({ entity, entities, onChoose }: { entity: Entity | undefined; entities: Entity[]; onChoose: (key: string | null) => void }) {
  return (
    <Select
      label={t("admin.section")} searchable allowDeselect={false} maw={320} style={{ flex: 1, minWidth: 180 }} value={entity?.key ?? null} onChange={onChoose}
      data={entities.map((one) => ({ value: one.key, label: one.label.many }))}
    />
  );
}
