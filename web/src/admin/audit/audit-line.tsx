import { Button } from "@mantine/core";
import { IconArrowBackUp } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import audit from "@web/admin/audit/audit.module.css";
import { canUndo, undoAudit, type AuditItem } from "@web/admin/audit/audit-calls";
import { useTask } from "@web/admin/shared/use-task";
import { Avatar } from "@web/kit/avatar";
import { useMetadata } from "@web/lib/calls/metadata";
import { formatInstantFully, formatTime } from "@web/lib/format/date";
import { hasText, t } from "@web/lib/i18n";
import { showToast } from "@web/lib/toasts";
import { ChangeList } from "@web/records/card/change-list";

/** By what the change came, where it was not a person at a screen. */
function sourceOf(item: AuditItem): string {
  const key = `admin.audit_via_${item.job ? "job" : item.api_key ? "api" : (item.via ?? "ui")}`;
  return hasText(key) ? t(key, { id: item.job ?? 0 }) : "";
}

export function AuditLine({ item, onUndone }: { item: AuditItem; onUndone: () => void }) {
  const entity = useMetadata().entity(item.entity);
  const [run, is_running] = useTask();
  const action = `admin.audit_action_${item.action}`;
  const who = item.user?.title ?? t("history.program");
  const title = item.record?.title || `№ ${item.id}`;
  const source = sourceOf(item);
  const undo = () => void run(async () => {
    if (!entity) return;
    await undoAudit(entity, item);
    showToast({ tone: "success", text: t("history.undone_toast") });
    onUndone();
  });
  return (
    <li className={audit.line}>
      <time className="muted numbers" dateTime={item.at} title={formatInstantFully(item.at)}>{formatTime(item.at)}</time>
      <Avatar name={who} size={24} />
      <div className={audit.what}>
        <div>
          <strong>{who}</strong> <span className="muted">· {hasText(action) ? t(action) : item.action}{entity && ` · ${entity.label.one}`}</span>
          {entity && <>{" "}<Link to="/$plural/$id" params={{ plural: entity.plural, id: String(item.id) }}>{title}</Link></>}
          {source && <small className="muted" title={item.remote_address || undefined}> · {source}</small>}
        </div>
        {entity && <ChangeList entity={entity} changes={item.changes ?? []} />}
      </div>
      {canUndo(entity, item) && <Button className={audit.undo} size="compact-sm" variant="subtle" loading={is_running} leftSection={<IconArrowBackUp size={14} />} aria-label={t("admin.audit_undo_of", { record: title })} onClick={undo}>{t(item.action === "deleted" ? "admin.audit_restore" : "history.undo")}</Button>}
    </li>
  );
}
