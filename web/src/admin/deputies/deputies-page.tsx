import { Button } from "@mantine/core";
import { IconArrowRight, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { AdminPage } from "@web/admin/shared/admin-page";
import classes from "@web/admin/shared/admin.module.css";
import { RecordDialog } from "@web/admin/shared/record-form";
import { refreshRecords, useRecords } from "@web/admin/shared/use-records";
import { useTask } from "@web/admin/shared/use-task";
import { Avatar } from "@web/kit/avatar";
import { Badge } from "@web/kit/badge";
import { EmptyState } from "@web/kit/empty-state";
import { ErrorNotice } from "@web/kit/error-notice";
import { IconButton } from "@web/kit/icon-button";
import { useMetadata } from "@web/lib/calls/metadata";
import { deleteRecord, restoreRecord } from "@web/lib/calls/save-record";
import { formatDate, todayKey } from "@web/lib/format/date";
import { t } from "@web/lib/i18n";
import { showToast } from "@web/lib/toasts";
import { isLink, type AnyRecord } from "@web/lib/values";

const kFields = ["user", "substitute", "starts_on", "ends_on", "comment"];

function stateOf(record: AnyRecord): "past" | "now" | "later" {
  const today = todayKey();
  if (String(record.ends_on ?? "") < today) return "past";
  return String(record.starts_on ?? "") > today ? "later" : "now";
}

/** Who stands in for whom and when: the substitute sees what the absent person sees. */
export function DeputiesPage() {
  const entity = useMetadata().entity("deputy");
  const { items, is_loaded, error, refetch } = useRecords(entity, { fields: kFields, sort: [{ field: "starts_on", desc: true }] });
  const [edited, setEdited] = useState<AnyRecord | null | undefined>(undefined);
  const [run] = useTask();
  if (!entity) return null;
  const remove = (record: AnyRecord) => run(async () => {
    await deleteRecord(entity.plural, record.id);
    await refreshRecords(entity.key);
    showToast({ tone: "success", text: t("admin.deputy_removed"), action: { label: t("action.undo"), run: async () => { await restoreRecord(entity.plural, record.id); await refreshRecords(entity.key); } } });
  });
  const add = <Button leftSection={<IconPlus size={16} />} onClick={() => setEdited(null)}>{t("admin.deputy_add")}</Button>;
  return (
    <AdminPage title={t("settings.page_deputies")} hint={t("admin.deputies_hint")} actions={is_loaded && items.length === 0 ? undefined : add}>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : is_loaded && items.length === 0 ? <EmptyState title={t("admin.deputies_empty")} text={t("admin.deputies_empty_text")} action={add} /> : (
        <ul className={classes.rows}>
          {items.map((record) => {
            const state = stateOf(record);
            return (
              <li key={record.id} className={classes.row}>
                <Badge tone={state === "now" ? "success" : state === "later" ? "info" : "neutral"}>{t(`admin.deputy_${state}`)}</Badge>
                <span className={`${classes.line} ${classes.grow}`}>
                  {isLink(record.user) && <span className={classes.person}><Avatar name={record.user.title} size={20} />{record.user.title}</span>}
                  <IconArrowRight size={14} aria-label={t("admin.deputy_by")} />
                  {isLink(record.substitute) && <button type="button" className={classes.open} onClick={() => setEdited(record)}>{record.substitute.title}</button>}
                </span>
                <span className="numbers">{formatDate(String(record.starts_on))} — {formatDate(String(record.ends_on))}</span>
                <span className="muted">{String(record.comment ?? "")}</span>
                <IconButton label={t("card.delete")} onClick={() => void remove(record)}><IconTrash size={16} /></IconButton>
              </li>
            );
          })}
        </ul>
      )}
      {edited !== undefined && <RecordDialog title={t(edited ? "settings.page_deputies" : "admin.deputy_add")} entity={entity} record={edited} fields={kFields} onClose={() => setEdited(undefined)} onDone={() => setEdited(undefined)} />}
    </AdminPage>
  );
}
