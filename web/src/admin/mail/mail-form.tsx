import { Button, NativeSelect, NumberInput, PasswordInput, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { saveMailSettings, sendTestLetter, type MailChange, type MailSecurity, type MailSettings, type MailValues } from "@web/admin/mail/mail-calls";
import classes from "@web/admin/shared/admin.module.css";
import { useTask } from "@web/admin/shared/use-task";
import { useMe } from "@web/lib/calls/me";
import { t } from "@web/lib/i18n";
import { messageOf, Problem, problemsByField } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";

const kPorts: Record<MailSecurity, number> = { none: 25, starttls: 587, tls: 465 };

/** Settings and a letter to try them before they are saved. */
export function MailForm({ settings, onSaved }: { settings: MailSettings; onSaved: () => void }) {
  const me = useMe();
  const [changed, setChanged] = useState<MailChange>(settings.values.site_url ? {} : { site_url: location.origin });
  const [to, setTo] = useState(me.user.email ?? "");
  const [problem, setProblem] = useState<unknown>(null);
  const [said, say] = useState("");
  const [run, is_running] = useTask();
  const values: MailValues = { ...settings.values, ...changed };
  const errors = problemsByField(problem instanceof Problem ? problem : null);
  const is_told = problem instanceof Problem && problem.errors.some((one) => one.path in values || one.path === "password" || one.path === "to");
  const change = (part: MailChange) => {
    setChanged((before) => ({ ...before, ...part }));
    setProblem(null);
    say("");
  };
  const text = (key: "host" | "login" | "from_name" | "from_address" | "reply_to" | "site_url", hint?: string) => ({
    label: t(`admin.mail_${key}`), value: values[key], error: errors[key] ?? null, onChange: (event: { currentTarget: { value: string } }) => change({ [key]: event.currentTarget.value }), ...(hint ? { description: hint } : {}),
  });
  const attempt = (task: () => Promise<unknown>) => run(async () => {
    try {
      setProblem(null);
      say("");
      await task();
    } catch (error) {
      setProblem(error);
    }
  });
  const save = (event: FormEvent) => {
    event.preventDefault();
    void attempt(async () => {
      await saveMailSettings(changed);
      showToast({ tone: "success", text: t("admin.saved") });
      onSaved();
    });
  };
  const test = () => void attempt(async () => {
    await sendTestLetter(to, changed);
    say(t("admin.mail_test_sent", { to }));
  });
  return (
    <form onSubmit={save} className={`${classes.panel} ${classes.form}`} style={{ maxWidth: 620 }} noValidate>
      <h2>{t("admin.mail_server")}</h2>
      <TextInput {...text("host", t("admin.mail_host_hint"))} placeholder="smtp.example.ru" autoComplete="off" />
      <div className={classes.line} style={{ alignItems: "flex-start" }}>
        <NativeSelect label={t("admin.mail_security")} error={errors.security ?? null} value={values.security} data={(["tls", "starttls", "none"] as const).map((one) => ({ value: one, label: t(`admin.mail_security_${one}`) }))} onChange={(event) => change({ security: event.currentTarget.value as MailSecurity, port: kPorts[event.currentTarget.value as MailSecurity] })} />
        <NumberInput label={t("admin.mail_port")} maw={120} min={1} max={65535} hideControls value={values.port} error={errors.port ?? null} onChange={(port) => change({ port: Number(port) })} />
      </div>
      <TextInput {...text("login")} autoComplete="off" />
      <PasswordInput label={t("admin.mail_password")} autoComplete="new-password" value={changed.password ?? ""} placeholder={settings.has_password ? t("admin.mail_password_kept") : ""} error={errors.password ?? null} onChange={(event) => change({ password: event.currentTarget.value })} />
      <h2>{t("admin.mail_sender")}</h2>
      <TextInput {...text("from_address")} type="email" placeholder="crm@example.ru" />
      <TextInput {...text("from_name")} />
      <TextInput {...text("reply_to", t("admin.mail_reply_to_hint"))} type="email" />
      <TextInput {...text("site_url", t("admin.mail_site_url_hint"))} />
      <h2>{t("admin.mail_test")}</h2>
      <div className={classes.line} style={{ alignItems: "flex-end" }}>
        <TextInput label={t("admin.mail_test_to")} type="email" value={to} error={errors.to ?? null} onChange={(event) => setTo(event.currentTarget.value)} style={{ flex: 1 }} />
        <Button variant="default" loading={is_running} disabled={values.host === "" || to === ""} onClick={test}>{t("admin.mail_test_send")}</Button>
      </div>
      {said && <p role="status">{said}</p>}
      {problem !== null && !is_told && <p role="alert" className={classes.error}>{messageOf(problem)}</p>}
      <div className={classes.foot}><Button type="submit" loading={is_running} disabled={Object.keys(changed).length === 0}>{t("action.save")}</Button></div>
    </form>
  );
}
