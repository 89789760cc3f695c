import { Button } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { FieldChips, type ChipAction } from "@web/admin/layouts/field-chips";
import chips from "@web/admin/layouts/field-chips.module.css";
import { cardBody, groupTexts, layoutOf, placed, withoutEmpty, type Layout } from "@web/admin/layouts/layout";
import classes from "@web/admin/shared/admin.module.css";
import { changeEntity } from "@web/admin/shared/metadata-calls";
import { movedTo, stepped, type Edge, type Place } from "@web/admin/shared/sortable";
import { changeTexts, useTexts, type EntityTexts } from "@web/admin/shared/texts";
import { useTask } from "@web/admin/shared/use-task";
import { Waiting } from "@web/admin/shared/waiting";
import { ErrorNotice } from "@web/kit/error-notice";
import { IconButton } from "@web/kit/icon-button";
import { currentLanguage, t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { showToast } from "@web/lib/toasts";

const kUnused = "unused";

/** Groups of the card's facts side by side, what is in none of them below, and what the short form asks. */
export function CardLayout({ entity }: { entity: Entity }) {
  const { data: texts, error, refetch } = useTexts(entity.key);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  return texts ? <Editor entity={entity} texts={texts} /> : <Waiting />;
}

function Editor({ entity, texts }: { entity: Entity; texts: EntityTexts }) {
  const saved = layoutOf(entity, texts);
  const [layout, setLayout] = useState<Layout>(saved);
  const [run, is_running] = useTask();
  const usable = entity.fields.filter((field) => !field.system && !field.hidden);
  const used = new Set(layout.groups.flat());
  const unused = usable.filter((field) => !used.has(field.key)).map((field) => field.key);
  const labelOf = (key: string) => entity.fields.find((field) => field.key === key)?.label ?? key;
  const is_changed = JSON.stringify(layout) !== JSON.stringify(saved);
  const setGroups = (groups: string[][]) => setLayout({ ...layout, groups });
  const put = (key: string, group: number, onto: string | null, edge: Edge) => setGroups(placed(layout.groups, key, group, onto, edge));
  const takeOut = (key: string) => setGroups(layout.groups.map((group) => group.filter((one) => one !== key)));
  const language = currentLanguage();
  const nameOf = (at: number) => layout.names[at]?.[language] ?? "";
  const groupName = (at: number) => nameOf(at) || t("admin.layout_group", { number: at + 1 });
  const rename = (at: number, text: string) => setLayout({ ...layout, names: layout.names.map((name, index) => (index === at ? { ...name, [language]: text } : name)) });
  const removeGroup = (at: number) => setLayout({ ...layout, groups: layout.groups.filter((_, index) => index !== at), names: layout.names.filter((_, index) => index !== at) });
  const toGroups = (key: string, but: number): ChipAction[] => layout.groups.flatMap((_, at) => (at === but ? [] : [{ label: t("admin.layout_to_group", { group: groupName(at) }), run: () => put(key, at, null, "bottom") }]));
  const actionsOf = (group: number) => (key: string, at: number): ChipAction[] => [
    ...(at > 0 ? [{ label: t("admin.up"), run: () => setGroups(layout.groups.map((keys, index) => (index === group ? stepped(keys, at, -1) : keys))) }] : []),
    ...(at < (layout.groups[group]?.length ?? 0) - 1 ? [{ label: t("admin.down"), run: () => setGroups(layout.groups.map((keys, index) => (index === group ? stepped(keys, at, 1) : keys))) }] : []),
    ...toGroups(key, group), { label: t("admin.layout_take_out"), run: () => takeOut(key) },
  ];
  const setCreate = (create: string[]) => setLayout({ ...layout, create });
  const dropOnCreate = (dragged: Place, onto: string | null, edge: Edge) => {
    const keys = layout.create.includes(dragged.id) ? layout.create : [...layout.create, dragged.id];
    setCreate(onto ? movedTo(keys, (key) => key, dragged.id, onto, edge) : keys);
  };
  const save = (next: Layout, is_undo = false): Promise<boolean> => run(async () => {
    const before = saved, after = withoutEmpty(next);
    const names = groupTexts(is_undo ? withoutEmpty(layout) : before, after);
    if (names.first) await changeTexts(entity.key, names.first);
    await changeEntity(entity.key, { card: cardBody(entity, after) });
    if (names.then) await changeTexts(entity.key, names.then);
    setLayout(after);
    showToast({ tone: "success", text: t("admin.saved"), ...(is_undo ? {} : { action: { label: t("action.undo"), run: async () => { await save(before, true); } } }) });
  });
  return (
    <>
      <div className={chips.groups}>
        {layout.groups.map((group, at) => (
          <section key={at} className={chips.group} aria-label={groupName(at)}>
            <header><input className={chips.name} aria-label={t("admin.layout_group_name", { number: at + 1 })} placeholder={t("admin.layout_group", { number: at + 1 })} value={nameOf(at)} maxLength={100} onChange={(event) => rename(at, event.currentTarget.value)} /><IconButton size={24} label={t("admin.layout_remove_group", { group: groupName(at) })} onClick={() => removeGroup(at)}><IconTrash size={14} /></IconButton></header>
            <FieldChips kind="card-field" list={String(at)} keys={group} labelOf={labelOf} actionsOf={actionsOf(at)} empty={t("admin.layout_empty")} onDrop={(dragged, onto, edge) => put(dragged.id, at, onto, edge)} />
          </section>
        ))}
        <Button variant="default" leftSection={<IconPlus size={16} />} onClick={() => setLayout({ ...layout, groups: [...layout.groups, []], names: [...layout.names, { ru: "", en: "" }] })}>{t("admin.layout_add_group")}</Button>
      </div>
      <section className={`${chips.group}`} data-unused aria-label={t("admin.layout_unused")}>
        <header><h3>{t("admin.layout_unused")}</h3></header>
        <FieldChips kind="card-field" list={kUnused} keys={unused} labelOf={labelOf} axis="x" actionsOf={(key) => toGroups(key, -1)} empty={t("admin.layout_all_used")} onDrop={(dragged) => takeOut(dragged.id)} />
      </section>
      <section className={chips.group} aria-label={t("admin.layout_create")}>
        <header><h3>{t("admin.layout_create")}</h3></header>
        <p className="muted" style={{ padding: "0 12px" }}>{t("admin.layout_create_hint")}</p>
        <FieldChips
          kind="create-field" list="create" keys={layout.create} labelOf={labelOf} axis="x" empty={t("admin.layout_empty")} onDrop={dropOnCreate}
          actionsOf={(key, at) => [
            ...(at > 0 ? [{ label: t("admin.up"), run: () => setCreate(stepped(layout.create, at, -1)) }] : []),
            ...(at < layout.create.length - 1 ? [{ label: t("admin.down"), run: () => setCreate(stepped(layout.create, at, 1)) }] : []),
            { label: t("admin.layout_take_out"), run: () => setCreate(layout.create.filter((one) => one !== key)) },
          ]}
          extra={<AddField fields={usable.filter((field) => !layout.create.includes(field.key) && !field.read_only).map((field) => ({ value: field.key, label: field.label }))} onAdd={(key) => setCreate([...layout.create, key])} />}
        />
      </section>
      {is_changed && (
        <div className={classes.saveBar}>
          <span>{t("admin.unsaved")}</span>
          <Button variant="default" onClick={() => setLayout(saved)}>{t("action.cancel")}</Button>
          <Button loading={is_running} onClick={() => void save(layout)}>{t("action.save")}</Button>
        </div>
      )}
    </>
  );
}

/** A select that only ever adds. */
export function AddField({ fields, onAdd }: { fields: { value: string; label: string }[]; onAdd: (key: string) => void }) {
  return (
    <select className={classes.add} aria-label={t("admin.layout_add_field")} value="" onChange={(event) => { if (event.currentTarget.value) onAdd(event.currentTarget.value); }}>
      <option value="">{t("admin.layout_add_field")}</option>
      {fields.map((field) => <option key={field.value} value={field.value}>{field.label}</option>)}
    </select>
  );
}
