import { MultiSelect, Select } from "@mantine/core";
import type { SettingsProps } from "@web/fields/types";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";

/** What a link leads to. */
export function TargetSetting({ settings, onChange, has_several = false }: SettingsProps & { has_several?: boolean }) {
  const data = useMetadata().entities.filter((entity) => entity.kind === "record" && entity.can.read).map((entity) => ({ value: entity.key, label: entity.label.one }));
  if (has_several) return <MultiSelect label={t("settings.field_to")} data={data} value={settings.to ?? []} onChange={(to) => onChange({ to })} searchable />;
  return <Select label={t("settings.field_to")} data={data} value={settings.to?.[0] ?? null} onChange={(key) => onChange({ to: key ? [key] : null })} searchable withAsterisk />;
}
