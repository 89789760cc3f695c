import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { RoleEditor } from "@web/admin/roles/role-editor";
import { AdminPage } from "@web/admin/shared/admin-page";
import classes from "@web/admin/shared/admin.module.css";
import { RecordDialog } from "@web/admin/shared/record-form";
import { useChoice } from "@web/admin/shared/use-choice";
import { useRecords } from "@web/admin/shared/use-records";
import { EmptyState } from "@web/kit/empty-state";
import { ErrorNotice } from "@web/kit/error-notice";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";

/** Roles in a line, under them what the chosen one may do: the matrix needs the width. */
export function RolesPage() {
  const entity = useMetadata().entity("role");
  const { items, is_loaded, error, refetch } = useRecords(entity, { fields: ["name", "description"], sort: [{ field: "name" }] });
  const [chosen, choose] = useChoice("role");
  const [is_new, setNew] = useState(false);
  if (!entity) return null;
  const role = items.find((one) => String(one.id) === chosen) ?? items[0];
  const add = <Button leftSection={<IconPlus size={16} />} onClick={() => setNew(true)}>{t("admin.role_add")}</Button>;
  return (
    <AdminPage title={t("settings.page_roles")} hint={t("admin.roles_hint")} actions={is_loaded && !role ? undefined : add}>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : is_loaded && !role ? <EmptyState title={t("admin.roles_empty")} text={t("admin.roles_empty_text")} action={add} /> : role && (
        <div className={classes.form}>
          <nav className={`${classes.side} ${classes.inLine}`} aria-label={t("settings.page_roles")}>
            {items.map((one) => <button key={one.id} type="button" aria-current={one.id === role.id} onClick={() => choose(String(one.id))}>{String(one.name)}</button>)}
          </nav>
          <RoleEditor key={role.id} entity={entity} id={role.id} onGone={() => choose(null)} />
        </div>
      )}
      {is_new && <RecordDialog title={t("admin.role_add")} entity={entity} fields={["name", "description"]} onClose={() => setNew(false)} onDone={(made) => { setNew(false); choose(String(made.id)); }} />}
    </AdminPage>
  );
}
