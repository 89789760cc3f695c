import { Button, Checkbox, Drawer, TextInput } from "@mantine/core";
import { IconSearch, IconUserPlus } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { AdminPage } from "@web/admin/shared/admin-page";
import classes from "@web/admin/shared/admin.module.css";
import { useChoice } from "@web/admin/shared/use-choice";
import { useRecords } from "@web/admin/shared/use-records";
import { Waiting } from "@web/admin/shared/waiting";
import { NewUserDialog } from "@web/admin/users/new-user-dialog";
import { UserPanel } from "@web/admin/users/user-panel";
import { Avatar } from "@web/kit/avatar";
import { Badge } from "@web/kit/badge";
import { EmptyState } from "@web/kit/empty-state";
import { ErrorNotice } from "@web/kit/error-notice";
import { useMetadata } from "@web/lib/calls/metadata";
import { t, tn } from "@web/lib/i18n";
import { isLink, type AnyRecord, type Link as RecordLink } from "@web/lib/values";

const kFields = ["name", "email", "department", "position", "roles", "is_active", "is_admin"];

/** Who may sign in, with which roles; a person opens beside the list. */
export function UsersPage() {
  const entity = useMetadata().entity("user");
  const { items, is_loaded, error, refetch } = useRecords(entity, { fields: kFields, sort: [{ field: "name" }] });
  const [typed, setTyped] = useState("");
  const [has_former, setFormer] = useState(false);
  const [is_new, setNew] = useState(false);
  const [chosen, choose] = useChoice("user");
  if (!entity) return null;
  const wanted = typed.trim().toLowerCase();
  const shown = items.filter((user) => (has_former || user.is_active !== false) && [user.name, user.email, user.position, isLink(user.department) ? user.department.title : ""].some((text) => String(text ?? "").toLowerCase().includes(wanted)));
  const open = items.find((user) => String(user.id) === chosen);
  return (
    <AdminPage
      title={t("settings.page_users")} hint={t("admin.about_users")}
      actions={<>
        <Link to="/$plural" params={{ plural: entity.plural }} className="mantine-focus-auto"><Button component="span" variant="default">{t("admin.users_as_list")}</Button></Link>
        <Button leftSection={<IconUserPlus size={16} />} onClick={() => setNew(true)}>{t("admin.user_add")}</Button>
      </>}
    >
      <div className={classes.bar}>
        <TextInput className={classes.grow} maw={360} leftSection={<IconSearch size={16} aria-hidden="true" />} aria-label={t("admin.user_find")} placeholder={t("admin.user_find")} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
        <Checkbox label={t("admin.users_former")} checked={has_former} onChange={(event) => setFormer(event.currentTarget.checked)} mb={8} />
        <span className="muted numbers" role="status" style={{ marginBottom: 8 }}>{is_loaded ? tn("admin.people", shown.length) : ""}</span>
      </div>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : !is_loaded ? <Waiting /> : shown.length === 0 ? <EmptyState title={t("admin.nobody")} text={t("admin.nobody_text")} /> : (
        <div className={classes.tableWrap}>
          <table className={classes.table} data-cards>
            <thead><tr><th>{t("admin.user_name")}</th><th>{t("admin.user_email")}</th><th>{t("admin.user_department")}</th><th>{t("admin.user_roles")}</th>{has_former && <th>{t("admin.state")}</th>}</tr></thead>
            <tbody>{shown.map((user) => <UserRow key={user.id} user={user} has_state={has_former} onOpen={() => choose(String(user.id))} />)}</tbody>
          </table>
        </div>
      )}
      {is_new && <NewUserDialog entity={entity} onClose={() => setNew(false)} />}
      <Drawer opened={open !== undefined} onClose={() => choose(null)} position="right" size={480} title={open ? String(open.name) : ""} closeButtonProps={{ "aria-label": t("action.close") }}>
        {open && <UserPanel key={open.id} entity={entity} id={open.id} />}
      </Drawer>
    </AdminPage>
  );
}

function UserRow({ user, has_state, onOpen }: { user: AnyRecord; has_state: boolean; onOpen: () => void }) {
  const roles = Array.isArray(user.roles) ? (user.roles as RecordLink[]) : [];
  const sees_nothing = user.is_active !== false && user.is_admin !== true && roles.length === 0;
  return (
    <tr data-off={user.is_active === false || undefined}>
      <td><span className={classes.person}><Avatar name={String(user.name)} size={24} /><button type="button" className={classes.open} onClick={onOpen}>{String(user.name)}</button></span></td>
      <td>{String(user.email ?? "")}</td>
      <td>{[isLink(user.department) ? user.department.title : null, user.position].filter(Boolean).join(", ")}</td>
      <td><span className={classes.badges}>{user.is_admin === true && <Badge tone="accent">{t("admin.user_admin")}</Badge>}{roles.map((role) => <Badge key={role.id}>{role.title}</Badge>)}{sees_nothing && <Badge tone="warning" title={t("admin.user_no_role_text")}>{t("admin.user_no_role")}</Badge>}</span></td>
      {has_state && <td>{user.is_active === false ? <Badge>{t("admin.user_off")}</Badge> : t("admin.user_on")}</td>}
    </tr>
  );
}
