import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { EmptyState } from "@web/kit/empty-state";
import { t } from "@web/lib/i18n";
import { messageOf, Problem } from "@web/lib/problem";

/** Says what happened and what to do, in place of what could not be shown. */
export function ErrorNotice({ error, onRetry, action }: { error: unknown; onRetry?: () => void; action?: ReactNode }) {
  const is_offline = error instanceof Problem && error.is_offline;
  const is_missing = error instanceof Problem && error.status === 404;
  const title = is_offline ? t("error.offline") : is_missing ? t("error.missing") : t("error.failed");
  const text = is_offline ? t("error.offline_text") : is_missing ? t("error.missing_text") : messageOf(error);
  return (
    <div role="alert">
      <EmptyState
        icon={<IconAlertTriangle size={28} />} title={title} text={text}
        action={action ?? (onRetry && <Button variant="default" onClick={onRetry}>{t("action.retry")}</Button>)}
      />
    </div>
  );
}
