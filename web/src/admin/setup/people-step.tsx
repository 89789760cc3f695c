import { Button, NativeSelect, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { StepFoot } from "@web/admin/setup/step-foot";
import setup from "@web/admin/setup/setup.module.css";
import classes from "@web/admin/shared/admin.module.css";
import { Secret } from "@web/admin/shared/secret";
import { refreshRecords, useRecords } from "@web/admin/shared/use-records";
import { makePassword, setPassword } from "@web/admin/users/password";
import { useMetadata } from "@web/lib/calls/metadata";
import { createRecord } from "@web/lib/calls/save-record";
import { t } from "@web/lib/i18n";
import { messageOf, Problem, problemsByField } from "@web/lib/problem";

interface Newcomer {
  name: string;
  email: string;
  role: string;
  /** Set once the person is there. */
  password?: string;
  error?: string;
}

const kBlank: Newcomer = { name: "", email: "", role: "" };

/** The first people, several at once; each gets a password to hand over. */
export function PeopleStep({ onDone }: { onDone: () => void }) {
  const metadata = useMetadata();
  const people = metadata.entity("user");
  const roles = useRecords(metadata.entity("role"), { fields: ["name"], sort: [{ field: "name" }] }).items;
  const [lines, setLines] = useState<Newcomer[]>([kBlank, kBlank, kBlank]);
  const [is_running, setRunning] = useState(false);
  if (!people) return null;
  const change = (at: number, changes: Partial<Newcomer>) => setLines((before) => before.map((line, index) => (index === at ? { ...line, ...changes } : line)));
  const waiting = lines.filter((line) => !line.password && (line.name.trim() || line.email.trim()));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (waiting.length === 0) return onDone();
    setRunning(true);
    for (const [at, line] of lines.entries()) {
      if (!waiting.includes(line)) continue;
      try {
        const user = await createRecord(people.plural, { name: line.name.trim(), email: line.email.trim(), ...(line.role ? { roles: [Number(line.role)] } : {}) });
        const password = makePassword();
        await setPassword(user.id, password);
        change(at, { password, error: "" });
      } catch (error) {
        const errors = error instanceof Problem ? Object.values(problemsByField(error)) : [];
        change(at, { error: errors.join(" ") || messageOf(error) });
      }
    }
    await refreshRecords(people.key);
    setRunning(false);
    return undefined;
  };
  return (
    <form onSubmit={(event) => void submit(event)} className={classes.form} noValidate>
      <p className="muted">{t("admin.setup_people_hint")}</p>
      {lines.map((line, at) => (
        <div key={at} className={setup.person}>
          <TextInput aria-label={t("admin.setup_person_name", { number: at + 1 })} placeholder={t("admin.user_name")} value={line.name} disabled={Boolean(line.password)} error={line.error || null} onChange={(event) => change(at, { name: event.currentTarget.value, error: "" })} />
          <TextInput type="email" aria-label={t("admin.setup_person_email", { number: at + 1 })} placeholder={t("admin.user_email")} value={line.email} disabled={Boolean(line.password)} onChange={(event) => change(at, { email: event.currentTarget.value, error: "" })} />
          {line.password ? <Secret value={line.password} /> : <NativeSelect aria-label={t("admin.setup_person_role", { number: at + 1 })} value={line.role} onChange={(event) => change(at, { role: event.currentTarget.value })} data={[{ value: "", label: t("admin.setup_no_role") }, ...roles.map((role) => ({ value: String(role.id), label: String(role.name) }))]} />}
        </div>
      ))}
      <Button variant="subtle" size="compact-sm" style={{ justifySelf: "start" }} leftSection={<IconPlus size={14} />} onClick={() => setLines([...lines, kBlank])}>{t("admin.setup_person_add")}</Button>
      <StepFoot label={t(waiting.length > 0 ? "admin.setup_people_make" : "admin.setup_next")} is_running={is_running} />
    </form>
  );
}
