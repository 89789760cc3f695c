import { Textarea } from "@mantine/core";
import type { SettingsProps } from "@web/fields/types";
import { t } from "@web/lib/i18n";

export function Settings({ settings, onChange }: SettingsProps) {
  return <Textarea label={t("settings.field_expression")} description={t("settings.field_expression_help")} rows={3} value={settings.expression ?? ""} onChange={(event) => onChange({ expression: event.currentTarget.value })} />;
}
