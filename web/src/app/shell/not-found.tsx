import { IconMapOff } from "@tabler/icons-react";
import { EmptyState } from "@web/kit/empty-state";
import { t } from "@web/lib/i18n";

export function NotFound() {
  return <EmptyState icon={<IconMapOff size={28} />} title={t("error.missing")} text={t("error.missing_text")} />;
}
