import { Button, Modal, MultiSelect, Radio, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import classes from "@web/admin/shared/admin.module.css";
import { DayInput } from "@web/admin/shared/day-input";
import { Secret } from "@web/admin/shared/secret";
import { RecordPicker } from "@web/fields/shared/link/record-picker";
import { api } from "@web/lib/api";
import { useMe } from "@web/lib/calls/me";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import { messageOf, Problem, problemsByField } from "@web/lib/problem";
import type { Link } from "@web/lib/values";

type Reach = "read" | "all" | "chosen";

/** A new key: whose rights, how far, until when. It is shown once. */
export function NewKeyDialog({ onClose }: { onClose: () => void }) {
  const me = useMe();
  const metadata = useMetadata();
  const [name, setName] = useState("");
  const [user, setUser] = useState<Link | null>({ id: me.user.id, title: me.user.name });
  const [reach, setReach] = useState<Reach>("read");
  const [readable, setReadable] = useState<string[]>([]);
  const [writable, setWritable] = useState<string[]>([]);
  const [until, setUntil] = useState("");
  const [key, setKey] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [is_saving, setSaving] = useState(false);
  const errors = problemsByField(problem);
  const people = metadata.entity("user");
  const sections = metadata.entities.filter((entity) => entity.kind !== "relation").map((entity) => ({ value: entity.key, label: entity.label.many }));
  const scopes = reach === "all" ? [] : reach === "read" ? ["*:read"] : [...readable.map((one) => `${one}:read`), ...writable.map((one) => `${one}:write`)];
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSaving(true);
    try {
      const made = await api.post<{ id: number; key: string }>("/api-keys", { name: name.trim(), user: user?.id, scopes, ...(until ? { expires_at: new Date(`${until}T23:59:59`).toISOString() } : {}) });
      setKey(made.key);
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(500, { title: messageOf(error) }));
    }
    setSaving(false);
  };
  if (key) {
    return (
      <Modal opened onClose={onClose} title={t("admin.key_ready")} size={520} closeOnClickOutside={false} closeButtonProps={{ "aria-label": t("action.close") }}>
        <div className={classes.form}>
          <p>{t("admin.key_once")}</p>
          <Secret value={key} />
          <div className={classes.foot}><Button onClick={onClose}>{t("admin.key_kept")}</Button></div>
        </div>
      </Modal>
    );
  }
  return (
    <Modal opened onClose={onClose} title={t("admin.key_add")} size={520} closeButtonProps={{ "aria-label": t("action.close") }}>
      <form onSubmit={(event) => void submit(event)} className={classes.form} noValidate>
        <TextInput label={t("admin.key_name")} placeholder={t("admin.key_name_hint")} data-autofocus required value={name} onChange={(event) => { setName(event.currentTarget.value); setProblem(null); }} error={errors.name ?? null} />
        {people && <RecordPicker entities={[people]} value={user} onChange={setUser} label={t("admin.key_of")} name={t("admin.key_of")} is_required error={errors.user} />}
        <Radio.Group label={t("admin.key_scopes")} value={reach} onChange={(value) => setReach(value as Reach)} error={errors.scopes ?? null}>
          <div className={classes.form} style={{ gap: 6, paddingTop: 4 }}>
            <Radio value="read" label={t("admin.key_reach_read")} /><Radio value="all" label={t("admin.key_reach_all")} /><Radio value="chosen" label={t("admin.key_reach_chosen")} />
          </div>
        </Radio.Group>
        {reach === "chosen" && <>
          <MultiSelect label={t("admin.key_may_read")} data={sections} value={readable} onChange={setReadable} searchable clearable />
          <MultiSelect label={t("admin.key_may_write")} data={sections} value={writable} onChange={setWritable} searchable clearable />
        </>}
        <div style={{ maxWidth: 240 }}><DayInput label={t("admin.key_until_or")} value={until} onChange={setUntil} error={errors.expires_at} /></div>
        {problem && problem.errors.length === 0 && <p role="alert" className={classes.error}>{messageOf(problem)}</p>}
        <div className={classes.foot}>
          <Button variant="default" onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="submit" loading={is_saving} disabled={name.trim() === "" || (reach === "chosen" && scopes.length === 0)}>{t("action.create")}</Button>
        </div>
      </form>
    </Modal>
  );
}
