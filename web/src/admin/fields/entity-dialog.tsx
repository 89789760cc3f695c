import { Button, Checkbox, Modal, Select, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import classes from "@web/admin/shared/admin.module.css";
import { addEntity, changeEntity } from "@web/admin/shared/metadata-calls";
import { keyFor } from "@web/fields/shared/options-setting";
import { EntityIcon } from "@web/kit/entity-icon";
import { useMetadata } from "@web/lib/calls/metadata";
import { currentLanguage, t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf, Problem } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";

// Icons that come with the program for sections made at run time (scripts/generate.mjs).
const kIcons = ["box", "briefcase", "building", "calendar", "car", "file-text", "flag", "folder", "heart", "home", "key", "list", "map-pin", "message", "package", "phone", "puzzle", "shopping-cart", "star", "tag", "tool", "truck", "user", "users", "wallet"];

/** A section of one's own, or another name for one that exists. */
export function EntityDialog({ entity, onClose, onDone }: { entity?: Entity | undefined; onClose: () => void; onDone: (key: string) => void }) {
  const metadata = useMetadata();
  const language = currentLanguage();
  const [one, setOne] = useState(entity?.label.one ?? "");
  const [many, setMany] = useState(entity?.label.many ?? "");
  const [icon, setIcon] = useState(entity?.icon ?? "box");
  const [has_owner, setOwner] = useState(true);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [is_saving, setSaving] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSaving(true);
    const labels = { [language]: { one: one.trim(), many: many.trim() } };
    try {
      if (entity) {
        await changeEntity(entity.key, { labels, icon });
        showToast({ tone: "success", text: t("admin.saved") });
        onDone(entity.key);
      } else {
        const key = `x_${keyFor(one, metadata.entities.map((each) => each.key.replace(/^x_/, ""))).slice(0, 34).replace(/_+$/, "")}`;
        const name = { ru: "Название", en: "Name" };
        const owner = { ru: "Ответственный", en: "Owner" };
        const fields = [{ key: "name", type: "text", required: true, max_length: 300, filterable: true, sortable: true, search: "words", labels: name }, ...(has_owner ? [{ key: "owner", type: "user", default: "me", filterable: true, labels: owner }] : [])];
        const keys = fields.map((field) => field.key);
        await addEntity({
          key, labels, icon, title: "name", timeline: true, fields, ...(has_owner ? { owner: "owner" } : {}),
          views: [{ key: "all", type: "list", filter: null, sort: ["name"], columns: keys }], card: { facts: [keys], create: ["name"] },
        });
        showToast({ tone: "success", text: t("admin.entity_added", { entity: many }) });
        onDone(key);
      }
      onClose();
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(500, { title: messageOf(error) }));
    }
    setSaving(false);
  };
  return (
    <Modal opened onClose={onClose} title={entity ? entity.label.many : t("admin.entity_new")} size={460} closeButtonProps={{ "aria-label": t("action.close") }}>
      <form onSubmit={(event) => void submit(event)} className={classes.form} noValidate>
        <TextInput label={t("admin.entity_one")} placeholder={t("admin.entity_one_hint")} data-autofocus required value={one} onChange={(event) => setOne(event.currentTarget.value)} />
        <TextInput label={t("admin.entity_many")} placeholder={t("admin.entity_many_hint")} required value={many} onChange={(event) => setMany(event.currentTarget.value)} />
        <Select label={t("admin.entity_icon")} data={[...new Set([...(entity?.icon ? [entity.icon] : []), ...kIcons])].map((name) => ({ value: name, label: name }))} value={icon} onChange={(name) => setIcon(name ?? "box")} allowDeselect={false} leftSection={<EntityIcon name={icon} size={16} />} renderOption={({ option }) => <span className={classes.person}><EntityIcon name={option.value} size={16} />{option.label}</span>} />
        {!entity && <Checkbox label={t("admin.entity_owner")} description={t("admin.entity_owner_hint")} checked={has_owner} onChange={(event) => setOwner(event.currentTarget.checked)} />}
        {problem && <p role="alert" className={classes.error}>{[messageOf(problem), ...problem.errors.map((error) => `${error.path}: ${error.message}`)].join(" ")}</p>}
        <div className={classes.foot}>
          <Button variant="default" onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="submit" loading={is_saving} disabled={!one.trim() || !many.trim()}>{t(entity ? "action.save" : "action.create")}</Button>
        </div>
      </form>
    </Modal>
  );
}
