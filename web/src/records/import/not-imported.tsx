import { Button } from "@mantine/core";
import { IconFileSpreadsheet } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { EmptyState } from "@web/kit/empty-state";
import { t } from "@web/lib/i18n";

/** An import that was forgotten before it ran. */
export function NotImported() {
  return <EmptyState icon={<IconFileSpreadsheet size={28} />} title={t("import.forgotten")} text={t("import.forgotten_text")} action={<Button component={Link} to="/imports/new">{t("import.start_title")}</Button>} />;
}
