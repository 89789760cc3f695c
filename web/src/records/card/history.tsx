import { Button } from "@mantine/core";
import { IconArrowBackUp } from "@tabler/icons-react";
import { useState } from "react";
import { ErrorNotice } from "@web/kit/error-notice";
import { undoChange, useHistory, type HistoryItem } from "@web/lib/calls/history";
import { formatInstant, formatInstantFully } from "@web/lib/format/date";
import { t, type TextKey } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import { query_client } from "@web/lib/query-client";
import { showToast } from "@web/lib/toasts";
import { ChangeList } from "@web/records/card/change-list";
import classes from "@web/records/card/history.module.css";

const kActions = ["created", "updated", "deleted", "restored", "undone", "merged"];

function actionText(action: string): string {
  return kActions.includes(action) ? t(`history.${action}` as TextKey) : action;
}

/** Who changed what and when; each change can be taken back by itself. */
export function History({ entity, id }: { entity: Entity; id: number }) {
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useHistory(entity.plural, id);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div>
      {data && items.length === 0 && <p className="muted">{t("history.empty")}</p>}
      <ol className={classes.list}>{items.map((item) => <HistoryLine key={item.seq} entity={entity} id={id} item={item} onUndone={() => void refetch()} />)}</ol>
      {hasNextPage && <Button variant="subtle" size="compact-sm" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("timeline.older")}</Button>}
    </div>
  );
}

function HistoryLine({ entity, id, item, onUndone }: { entity: Entity; id: number; item: HistoryItem; onUndone: () => void }) {
  const [is_running, setRunning] = useState(false);
  const undo = async () => {
    setRunning(true);
    try {
      await undoChange(entity.plural, id, item.seq);
      await query_client.invalidateQueries({ queryKey: ["record", entity.plural, id] });
      showToast({ tone: "success", text: t("history.undone_toast") });
      onUndone();
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
    }
    setRunning(false);
  };
  const can_undo = entity.can.update && item.action === "updated" && item.changes.length > 0;
  return (
    <li className={classes.line}>
      <div className={classes.who}>
        <strong>{item.user?.title ?? t("history.program")}</strong> <span className="muted">— {actionText(item.action)}</span>
        <time className="muted numbers" dateTime={item.at} title={formatInstantFully(item.at)}>{formatInstant(item.at)}</time>
      </div>
      <ChangeList entity={entity} changes={item.changes} />
      {can_undo && <Button size="compact-xs" variant="subtle" loading={is_running} leftSection={<IconArrowBackUp size={14} />} onClick={() => void undo()} style={{ justifySelf: "start" }}>{t("history.undo")}</Button>}
    </li>
  );
}
