import { Button, Checkbox, Modal } from "@mantine/core";
import { useState, type FormEvent } from "react";
import classes from "@web/admin/shared/admin.module.css";
import { addEntity, changeEntity } from "@web/admin/shared/metadata-calls";
import { changedWords, changeTexts, filledWords, toWords, useTexts, type Words } from "@web/admin/shared/texts";
import { Waiting } from "@web/admin/shared/waiting";
import { WordsInput } from "@web/admin/shared/words-input";
import { keyFor } from "@web/fields/shared/options-setting";
import { EntityIcon } from "@web/kit/entity-icon";
import { useMetadata } from "@web/lib/calls/metadata";
import { currentLanguage, t, type Language } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf, Problem } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";

// Icons that come with the program for sections made at run time (scripts/generate.mjs).
const kIcons = ["box", "briefcase", "building", "calendar", "car", "file-text", "flag", "folder", "heart", "home", "key", "list", "map-pin", "message", "package", "phone", "puzzle", "shopping-cart", "star", "tag", "tool", "truck", "user", "users", "wallet"];
const kBlank: Words = { ru: "", en: "" };

interface EntityDialogProps {
  /** Absent: a new one. */
  entity?: Entity | undefined;
  onClose: () => void;
  onDone: (key: string) => void;
}

/** A section of one's own, or another name for one that exists. */
export function EntityDialog({ entity, ...rest }: EntityDialogProps) {
  return (
    <Modal opened onClose={rest.onClose} title={entity ? entity.label.many : t("admin.entity_new")} size={560} closeButtonProps={{ "aria-label": t("action.close") }}>
      {entity ? <Known entity={entity} {...rest} /> : <EntityForm one={kBlank} many={kBlank} {...rest} />}
    </Modal>
  );
}

function Known({ entity, ...rest }: EntityDialogProps & { entity: Entity }) {
  const { data: texts } = useTexts(entity.key);
  return texts ? <EntityForm entity={entity} one={toWords(texts.entity?.one)} many={toWords(texts.entity?.many)} {...rest} /> : <Waiting rows={3} />;
}

function labelsOf(one: Words, many: Words): Partial<Record<Language, { one: string; many: string }>> {
  const ones = filledWords(one), manies = filledWords(many);
  return Object.fromEntries((["ru", "en"] as const).filter((language) => ones[language] || manies[language]).map((language) => [language, { one: ones[language] ?? manies[language] ?? "", many: manies[language] ?? ones[language] ?? "" }]));
}

async function create(taken: string[], one: Words, many: Words, icon: string, has_owner: boolean): Promise<string> {
  const key = `x_${keyFor(one.en.trim() || one.ru, taken.map((each) => each.replace(/^x_/, ""))).slice(0, 34).replace(/_+$/, "")}`;
  const owner = { key: "owner", type: "user", default: "me", filterable: true, labels: { ru: "Ответственный", en: "Owner" } };
  const fields = [{ key: "name", type: "text", required: true, max_length: 300, filterable: true, sortable: true, search: "words", labels: { ru: "Название", en: "Name" } }, ...(has_owner ? [owner] : [])];
  const keys = fields.map((field) => field.key);
  await addEntity({
    key, labels: labelsOf(one, many), icon, title: "name", timeline: true, fields, ...(has_owner ? { owner: "owner" } : {}),
    views: [{ key: "all", type: "list", filter: null, sort: ["name"], columns: keys }], card: { facts: [keys], create: ["name"] },
  });
  return key;
}

function EntityForm({ entity, one: one_before, many: many_before, onClose, onDone }: EntityDialogProps & { one: Words; many: Words }) {
  const metadata = useMetadata();
  const language = currentLanguage();
  const [one, setOne] = useState(one_before);
  const [many, setMany] = useState(many_before);
  const [icon, setIcon] = useState(entity?.icon ?? "box");
  const [has_owner, setOwner] = useState(true);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [is_saving, setSaving] = useState(false);
  const change = async (known: Entity) => {
    const ones = changedWords(one_before, one), manies = changedWords(many_before, many);
    if (icon !== known.icon) await changeEntity(known.key, { icon });
    if (ones || manies) await changeTexts(known.key, { entity: { ...(ones ? { one: ones } : {}), ...(manies ? { many: manies } : {}) } });
    showToast({ tone: "success", text: t("admin.saved") });
    return known.key;
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSaving(true);
    try {
      const key = entity ? await change(entity) : await create(metadata.entities.map((each) => each.key), one, many, icon, has_owner);
      if (!entity) showToast({ tone: "success", text: t("admin.entity_added", { entity: many[language] }) });
      onDone(key);
      onClose();
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(500, { title: messageOf(error) }));
    }
    setSaving(false);
  };
  return (
    <form onSubmit={(event) => void submit(event)} className={classes.form} noValidate>
      <WordsInput label={t("admin.entity_one")} placeholder={t("admin.entity_one_hint")} is_required auto_focus value={one} onChange={setOne} />
      <WordsInput label={t("admin.entity_many")} placeholder={t("admin.entity_many_hint")} is_required value={many} onChange={setMany} />
      <IconChoice value={icon} shipped={entity?.icon} onChange={setIcon} />
      {!entity && <Checkbox label={t("admin.entity_owner")} description={t("admin.entity_owner_hint")} checked={has_owner} onChange={(event) => setOwner(event.currentTarget.checked)} />}
      {problem && <p role="alert" className={classes.error}>{[messageOf(problem), ...problem.errors.map((error) => error.message)].join(" ")}</p>}
      <div className={classes.foot}>
        <Button variant="default" onClick={onClose}>{t("action.cancel")}</Button>
        <Button type="submit" loading={is_saving} disabled={!one[language].trim() || !many[language].trim()}>{t(entity ? "action.save" : "action.create")}</Button>
      </div>
    </form>
  );
}

/** Pictures to choose among; their names are for screen readers only. */
function IconChoice({ value, shipped, onChange }: { value: string; shipped: string | null | undefined; onChange: (icon: string) => void }) {
  const icons = [...new Set([...(shipped ? [shipped] : []), ...kIcons])];
  return (
    <div>
      <div style={{ fontSize: 13, fontWeight: 500, marginBottom: 4 }} id="icon-choice">{t("admin.entity_icon")}</div>
      <div role="radiogroup" aria-labelledby="icon-choice" className={classes.icons}>
        {icons.map((name, at) => (
          <label key={name} data-on={name === value || undefined}>
            <input type="radio" name="icon" value={name} checked={name === value} onChange={() => onChange(name)} aria-label={t("admin.entity_icon_number", { number: at + 1 })} /><EntityIcon name={name} size={20} />
          </label>
        ))}
      </div>
    </div>
  );
}
