import { IconCheck } from "@tabler/icons-react";
import { t } from "@web/lib/i18n";
import type { ViewProps } from "@web/fields/types";

export function View({ value, is_dense }: ViewProps) {
  if (!is_dense) return <span>{t(value ? "value.yes" : "value.no")}</span>;
  return value ? <IconCheck size={16} role="img" aria-label={t("value.yes")} /> : <span className="muted">{t("value.no")}</span>;
}
