import { Button, Drawer, Menu, Modal } from "@mantine/core";
import { IconDots, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { Deliveries } from "@web/admin/hooks/deliveries";
import { deliveryError } from "@web/admin/hooks/delivery-error";
import { changeHook, makeSecret, removeHook, useHooks, type Hook } from "@web/admin/hooks/hook-calls";
import { HookDialog } from "@web/admin/hooks/hook-dialog";
import hooks from "@web/admin/hooks/hooks.module.css";
import { AdminPage } from "@web/admin/shared/admin-page";
import classes from "@web/admin/shared/admin.module.css";
import { Secret } from "@web/admin/shared/secret";
import { useChoice } from "@web/admin/shared/use-choice";
import { useTask } from "@web/admin/shared/use-task";
import { Waiting } from "@web/admin/shared/waiting";
import { Badge } from "@web/kit/badge";
import { EmptyState } from "@web/kit/empty-state";
import { ErrorNotice } from "@web/kit/error-notice";
import { IconButton } from "@web/kit/icon-button";
import { useMetadata } from "@web/lib/calls/metadata";
import { formatInstant } from "@web/lib/format/date";
import { hasText, t } from "@web/lib/i18n";
import { showToast } from "@web/lib/toasts";

/** Addresses of other programs that are told of changes, and what came of it. */
export function HooksPage() {
  const { data, error, refetch } = useHooks();
  const [edited, setEdited] = useState<Hook | null | undefined>(undefined);
  const [removed, setRemoved] = useState<Hook | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const [journal, openJournal] = useChoice("hook");
  const [run, is_running] = useTask();
  const open = data?.items.find((hook) => String(hook.id) === journal);
  const toggle = (hook: Hook) => void run(async () => {
    await changeHook(hook.id, { active: !hook.active });
    await refetch();
  });
  const renew = (hook: Hook) => void run(async () => {
    const made = makeSecret();
    await changeHook(hook.id, { secret: made });
    setSecret(made);
  });
  const remove = (hook: Hook) => void run(async () => {
    await removeHook(hook.id);
    setRemoved(null);
    showToast({ tone: "success", text: t("admin.hook_removed", { name: hook.name || hook.url }) });
    await refetch();
  });
  const add = <Button leftSection={<IconPlus size={16} />} onClick={() => setEdited(null)}>{t("admin.hook_add")}</Button>;
  const is_empty = data?.items.length === 0;
  return (
    <AdminPage title={t("settings.page_hooks")} hint={t("admin.hooks_hint")} actions={is_empty ? undefined : add}>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : !data ? <Waiting rows={3} /> : is_empty ? <EmptyState title={t("admin.hooks_empty")} text={t("admin.hooks_empty_text")} action={add} /> : (
        <div className={classes.tableWrap}>
          <table className={classes.table} data-cards>
            <thead><tr><th>{t("admin.hook_to")}</th><th>{t("admin.hook_about")}</th><th>{t("admin.hook_owner_short")}</th><th>{t("admin.hook_state")}</th><th /></tr></thead>
            <tbody>{data.items.map((hook) => <HookRow key={hook.id} hook={hook} onJournal={() => openJournal(String(hook.id))} onEdit={() => setEdited(hook)} onToggle={() => toggle(hook)} onRenew={() => renew(hook)} onRemove={() => setRemoved(hook)} />)}</tbody>
          </table>
        </div>
      )}
      {edited !== undefined && <HookDialog hook={edited ?? undefined} onSaved={() => void refetch()} onClose={() => setEdited(undefined)} />}
      <Drawer opened={open !== undefined} onClose={() => openJournal(null)} position="right" size={560} title={t("admin.hook_journal_of", { name: open?.name || open?.url || "" })} closeButtonProps={{ "aria-label": t("action.close") }}>
        {open && <Deliveries key={open.id} hook={open.id} />}
      </Drawer>
      <Modal opened={removed !== null} onClose={() => setRemoved(null)} title={t("admin.hook_remove_sure")} size={440} closeButtonProps={{ "aria-label": t("action.close") }}>
        <div className={classes.form}>
          <p>{t("admin.hook_remove_text", { name: removed?.name || removed?.url || "" })}</p>
          <div className={classes.foot}><Button variant="default" data-autofocus onClick={() => setRemoved(null)}>{t("action.cancel")}</Button><Button color="red" loading={is_running} onClick={() => removed && remove(removed)}>{t("admin.hook_remove")}</Button></div>
        </div>
      </Modal>
      <Modal opened={secret !== null} onClose={() => setSecret(null)} title={t("admin.hook_secret_new")} size={520} closeOnClickOutside={false} closeButtonProps={{ "aria-label": t("action.close") }}>
        <div className={classes.form}><p>{t("admin.hook_secret_once")}</p><Secret value={secret ?? ""} /><div className={classes.foot}><Button onClick={() => setSecret(null)}>{t("admin.hook_secret_kept")}</Button></div></div>
      </Modal>
    </AdminPage>
  );
}

interface HookRowProps {
  hook: Hook;
  onJournal: () => void;
  onEdit: () => void;
  onToggle: () => void;
  onRenew: () => void;
  onRemove: () => void;
}

function HookRow({ hook, onJournal, onEdit, onToggle, onRenew, onRemove }: HookRowProps) {
  const metadata = useMetadata();
  const name = hook.name || hook.url;
  const about = hook.entities.length === 0 ? t("admin.audit_all") : hook.entities.map((key) => metadata.entity(key)?.label.many ?? key).join(", ");
  const actions = hook.actions.map((action) => (hasText(`admin.audit_action_${action}`) ? t(`admin.audit_action_${action}` as "admin.audit_action_created") : action).toLowerCase()).join(", ");
  return (
    <tr data-off={!hook.active || undefined}>
      <td><button type="button" className={classes.open} onClick={onEdit}>{name}</button>{hook.name && <span className={hooks.url}>{hook.url}</span>}</td>
      <td>{about}{actions && <small className="muted" style={{ display: "block" }}>{actions}</small>}</td>
      <td data-label={t("admin.hook_owner_short")}>{hook.owner.title}</td>
      <td>
        {!hook.active ? <Badge>{t("admin.hook_off")}</Badge> : hook.failing_since ? <Badge tone="danger">{t("admin.hook_failing")}</Badge> : <Badge tone="success">{t("admin.hook_on")}</Badge>}
        {hook.active && hook.failing_since && <small className={classes.error} style={{ display: "block" }}>{t("admin.hook_failing_since", { at: formatInstant(hook.failing_since), error: deliveryError(hook.last_error) })}</small>}
      </td>
      <td data-tools>
        <span className={classes.line} style={{ justifyContent: "flex-end" }}>
          <Button size="compact-sm" variant="subtle" onClick={onJournal}>{t("admin.hook_journal")}</Button>
          <Menu position="bottom-end">
            <Menu.Target><IconButton label={t("admin.actions_of", { name })}><IconDots size={16} /></IconButton></Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={onEdit}>{t("admin.edit")}</Menu.Item>
              <Menu.Item onClick={onToggle}>{t(hook.active ? "admin.hook_stop" : "admin.hook_start")}</Menu.Item>
              <Menu.Item onClick={onRenew}>{t("admin.hook_renew")}</Menu.Item>
              <Menu.Divider />
              <Menu.Item c="var(--danger)" onClick={onRemove}>{t("admin.hook_remove")}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </span>
      </td>
    </tr>
  );
}
