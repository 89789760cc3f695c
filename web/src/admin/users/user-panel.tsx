import { Button, Divider } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import classes from "@web/admin/shared/admin.module.css";
import { InviteButton } from "@web/admin/mail/invite-button";
import { RecordForm, type ControlProps } from "@web/admin/shared/record-form";
import { refreshRecords } from "@web/admin/shared/use-records";
import { useTask } from "@web/admin/shared/use-task";
import { PasswordChoice } from "@web/admin/users/password-choice";
import { setPassword } from "@web/admin/users/password";
import { UserSessions } from "@web/admin/users/user-sessions";
import { ZoneSelect } from "@web/admin/users/zone-select";
import { ErrorNotice } from "@web/kit/error-notice";
import { useMe } from "@web/lib/calls/me";
import { useRecord } from "@web/lib/calls/read-record";
import { patchRecord } from "@web/lib/calls/save-record";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { Problem, problemsByField } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import type { AnyRecord } from "@web/lib/values";

const kFields = ["name", "email", "department", "position", "roles", "is_admin", "language", "internal_number"];

const kControls = { time_zone: (props: ControlProps) => <ZoneSelect {...props} /> };

/** One person: data, roles, password, access. */
export function UserPanel({ entity, id }: { entity: Entity; id: number }) {
  const me = useMe();
  const { data: user, error, refetch } = useRecord(entity.plural, id);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!user) return null;
  return (
    <div className={classes.form}>
      <RecordForm key={user.version} entity={entity} record={user} fields={kFields} controls={kControls} onDone={() => showToast({ tone: "success", text: t("admin.saved") })} />
      <Divider />
      <NewPassword user={user} />
      {user.is_active !== false && <div className={classes.foot}><InviteButton user={id} email={String(user.email)} /></div>}
      <Divider />
      <h3>{t("admin.sessions")}</h3>
      <UserSessions user={id} is_me={me.user.id === id} />
      <Divider />
      <div className={classes.foot} style={{ justifyContent: "space-between" }}>
        <Link to="/$plural/$id" params={{ plural: entity.plural, id: String(id) }}>{t("admin.user_card")}</Link>
        {me.user.id !== id && <Access entity={entity} user={user} />}
      </div>
    </div>
  );
}

function Access({ entity, user }: { entity: Entity; user: AnyRecord }) {
  const [run, is_running] = useTask();
  const is_on = user.is_active !== false;
  const set = async (record: AnyRecord, is_active: boolean): Promise<AnyRecord> => {
    const saved = await patchRecord(entity.plural, record.id, record.version, { is_active });
    await refreshRecords(entity.key);
    return saved;
  };
  const toggle = () => run(async () => {
    const saved = await set(user, !is_on);
    if (is_on) showToast({ tone: "success", text: t("admin.user_was_off", { name: String(user.name) }), action: { label: t("action.undo"), run: async () => { await set(saved, true); } } });
  });
  return <Button variant="default" c="var(--danger)" loading={is_running} onClick={() => void toggle()}>{t(is_on ? "admin.user_switch_off" : "admin.user_switch_on")}</Button>;
}

function NewPassword({ user }: { user: AnyRecord }) {
  const [password, setTyped] = useState("");
  const [made, setMade] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [run, is_running] = useTask();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      try {
        await setPassword(user.id, password);
        setProblem(null);
        showToast({ tone: "success", text: t("admin.password_set", { name: String(user.name) }) });
        if (password !== made) setTyped("");
      } catch (error) {
        if (!(error instanceof Problem) || error.errors.length === 0) throw error;
        setProblem(error);
      }
    });
  };
  return (
    <form onSubmit={submit} className={classes.form}>
      <h3>{t("admin.password_new")}</h3>
      <PasswordChoice value={password} onChange={(value) => { setTyped(value); setProblem(null); }} made={made} onMade={setMade} error={problemsByField(problem).password} />
      <div className={classes.foot}><Button type="submit" variant="default" disabled={password === ""} loading={is_running}>{t("admin.password_save")}</Button></div>
    </form>
  );
}
