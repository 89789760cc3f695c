import { Button, Checkbox, Modal, MultiSelect, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { addHook, changeHook, kHookActions, type Hook, type HookBody } from "@web/admin/hooks/hook-calls";
import classes from "@web/admin/shared/admin.module.css";
import { Secret } from "@web/admin/shared/secret";
import { RecordPicker } from "@web/fields/shared/link/record-picker";
import { useMe } from "@web/lib/calls/me";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import { messageOf, Problem, problemsByField } from "@web/lib/problem";
import type { Link } from "@web/lib/values";

interface HookDialogProps {
  /** Absent: a new one. */
  hook?: Hook | undefined;
  onSaved: () => void;
  onClose: () => void;
}

/** Where to tell about which changes; a new hook shows its secret once. */
export function HookDialog({ hook, onSaved, onClose }: HookDialogProps) {
  const me = useMe();
  const metadata = useMetadata();
  const [name, setName] = useState(hook?.name ?? "");
  const [url, setUrl] = useState(hook?.url ?? "https://");
  const [entities, setEntities] = useState(hook?.entities ?? []);
  const [actions, setActions] = useState(hook?.actions ?? []);
  const [fields, setFields] = useState(hook?.fields ?? []);
  const [owner, setOwner] = useState<Link | null>(hook?.owner ?? { id: me.user.id, title: me.user.name });
  const [secret, setSecret] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [is_saving, setSaving] = useState(false);
  const errors = problemsByField(problem);
  const people = metadata.entity("user");
  const sections = metadata.entities.filter((entity) => entity.kind !== "relation" && entity.kind !== "log").map((entity) => ({ value: entity.key, label: entity.label.many })).sort((a, b) => a.label.localeCompare(b.label));
  const only = entities.length === 1 ? metadata.entity(entities[0]) : undefined;
  const edit = <T,>(set: (value: T) => void) => (value: T) => {
    set(value);
    setProblem(null);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSaving(true);
    const body: HookBody = { name: name.trim(), url: url.trim(), entities, actions, fields: only && fields.length > 0 ? fields : null, filter: only && hook?.entities[0] === only.key ? hook.filter : null, active: hook?.active ?? true, owner: owner?.id ?? me.user.id };
    try {
      const saved = hook ? await changeHook(hook.id, body) : await addHook(body);
      onSaved();
      if (hook) onClose();
      else setSecret(saved.secret ?? "");
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(500, { title: messageOf(error) }));
    }
    setSaving(false);
  };
  if (secret !== null) {
    return (
      <Modal opened onClose={onClose} title={t("admin.hook_ready")} size={520} closeOnClickOutside={false} closeButtonProps={{ "aria-label": t("action.close") }}>
        <div className={classes.form}>
          <p>{t("admin.hook_secret_once")}</p>
          <Secret value={secret} />
          <p className="muted">{t("admin.hook_secret_use", { header: "Matvey-Signature" })}</p>
          <div className={classes.foot}><Button onClick={onClose}>{t("admin.hook_secret_kept")}</Button></div>
        </div>
      </Modal>
    );
  }
  return (
    <Modal opened onClose={onClose} title={hook ? hook.name || hook.url : t("admin.hook_add")} size={560} closeButtonProps={{ "aria-label": t("action.close") }}>
      <form onSubmit={(event) => void submit(event)} className={classes.form} noValidate>
        <TextInput label={t("admin.hook_url")} description={t("admin.hook_url_hint")} type="url" data-autofocus required value={url} onChange={(event) => edit(setUrl)(event.currentTarget.value)} error={errors.url ?? null} />
        <TextInput label={t("admin.hook_name")} placeholder={t("admin.hook_name_hint")} value={name} onChange={(event) => edit(setName)(event.currentTarget.value)} error={errors.name ?? null} />
        <MultiSelect label={t("admin.hook_sections")} {...(entities.length === 0 ? { placeholder: t("admin.audit_all") } : {})} data={sections} value={entities} onChange={edit(setEntities)} searchable clearable error={errors.entities ?? null} />
        <Checkbox.Group label={t("admin.hook_actions")} description={t("admin.hook_actions_hint")} value={actions} onChange={edit(setActions)} error={errors.actions ?? null}>
          <div className={classes.badges} style={{ gap: 16, paddingTop: 6 }}>{kHookActions.map((action) => <Checkbox key={action} value={action} label={t(`admin.audit_action_${action}`)} />)}</div>
        </Checkbox.Group>
        {only && <MultiSelect label={t("admin.hook_fields")} description={t("admin.hook_fields_hint")} {...(fields.length === 0 ? { placeholder: t("admin.hook_fields_all") } : {})} data={only.fields.filter((field) => !field.hidden && !field.system).map((field) => ({ value: field.key, label: field.label }))} value={fields} onChange={edit(setFields)} searchable clearable error={errors.fields ?? null} />}
        {people && <RecordPicker entities={[people]} value={owner} onChange={edit(setOwner)} label={t("admin.hook_owner")} name={t("admin.hook_owner")} is_required can_create={false} error={errors.owner} />}
        {problem && !Object.keys(errors).some((key) => ["url", "name", "entities", "actions", "fields", "owner"].includes(key)) && <p role="alert" className={classes.error}>{messageOf(problem)}</p>}
        <div className={classes.foot}>
          <Button variant="default" onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="submit" loading={is_saving} disabled={url.trim() === "" || url.trim() === "https://"}>{t(hook ? "action.save" : "action.create")}</Button>
        </div>
      </form>
    </Modal>
  );
}
