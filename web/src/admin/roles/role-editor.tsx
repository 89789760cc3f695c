import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { RightsMatrix } from "@web/admin/roles/rights-matrix";
import type { Rights } from "@web/admin/roles/rights";
import { RightsSummary } from "@web/admin/roles/rights-summary";
import classes from "@web/admin/shared/admin.module.css";
import { RecordDialog } from "@web/admin/shared/record-form";
import { refreshRecords } from "@web/admin/shared/use-records";
import { useTask } from "@web/admin/shared/use-task";
import { Badge } from "@web/kit/badge";
import { ErrorNotice } from "@web/kit/error-notice";
import { useRecord } from "@web/lib/calls/read-record";
import { deleteRecord, patchRecord, restoreRecord } from "@web/lib/calls/save-record";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf, Problem } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import type { AnyRecord, Link } from "@web/lib/values";

function rightsIn(record: AnyRecord): Rights {
  const value = typeof record.rights === "string" ? (JSON.parse(record.rights || "{}") as unknown) : record.rights;
  return typeof value === "object" && value !== null ? (value as Rights) : {};
}

export function RoleEditor({ entity, id, onGone }: { entity: Entity; id: number; onGone: () => void }) {
  const { data: role, error, refetch } = useRecord(entity.plural, id);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  return role ? <Loaded entity={entity} role={role} onGone={onGone} /> : null;
}

function Loaded({ entity, role, onGone }: { entity: Entity; role: AnyRecord; onGone: () => void }) {
  const [rights, setRights] = useState<Rights>(() => rightsIn(role));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [is_named, setNamed] = useState(false);
  const [run, is_running] = useTask();
  useEffect(() => setRights(rightsIn(role)), [role]);
  const is_changed = JSON.stringify(rights) !== JSON.stringify(rightsIn(role));
  const users = Array.isArray(role.users) ? (role.users as Link[]) : [];
  const change = (next: Rights) => {
    setRights(next);
    setProblem(null);
  };
  const save = () => run(async () => {
    try {
      await patchRecord(entity.plural, role.id, role.version, { rights });
      setProblem(null);
      showToast({ tone: "success", text: t("admin.role_saved", { name: String(role.name) }) });
    } catch (failure) {
      if (!(failure instanceof Problem)) throw failure;
      setProblem(failure);
    }
  });
  const remove = () => run(async () => {
    await deleteRecord(entity.plural, role.id);
    await refreshRecords(entity.key);
    onGone();
    showToast({ tone: "success", text: t("card.deleted", { title: String(role.name) }), action: { label: t("action.undo"), run: async () => { await restoreRecord(entity.plural, role.id); await refreshRecords(entity.key); } } });
  });
  return (
    <div className={classes.form}>
      <div className={classes.panel}>
        <div className={classes.bar} style={{ alignItems: "center" }}>
          <h2 className={classes.grow}>{String(role.name)}</h2>
          <Button size="compact-sm" variant="default" onClick={() => setNamed(true)}>{t("admin.edit")}</Button>
          <Button size="compact-sm" variant="subtle" c="var(--danger)" onClick={() => void remove()}>{t("card.delete")}</Button>
        </div>
        {Boolean(role.description) && <p className="muted">{String(role.description)}</p>}
        <p className={classes.badges} style={{ marginTop: 8 }}>{users.length === 0 ? <span className="muted">{t("admin.role_nobody")}</span> : users.map((user) => <Badge key={user.id}>{user.title}</Badge>)}</p>
      </div>
      <RightsMatrix rights={rights} errors={problem?.errors ?? []} onChange={change} />
      {problem && <p role="alert" className={classes.error}>{messageOf(problem)}</p>}
      <RightsSummary rights={rights} />
      {is_changed && (
        <div className={classes.saveBar}>
          <span>{t("admin.unsaved")}</span>
          <Button variant="default" onClick={() => change(rightsIn(role))}>{t("action.cancel")}</Button>
          <Button loading={is_running} onClick={() => void save()}>{t("action.save")}</Button>
        </div>
      )}
      {is_named && <RecordDialog title={String(role.name)} entity={entity} record={role} fields={["name", "description", "users"]} onClose={() => setNamed(false)} onDone={() => setNamed(false)} />}
    </div>
  );
}
