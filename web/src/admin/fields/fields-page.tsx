import { Button, Menu } from "@mantine/core";
import { IconDots, IconPlus } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { EntityDialog } from "@web/admin/fields/entity-dialog";
import { FieldDialog } from "@web/admin/fields/field-dialog";
import { PurgeDialog } from "@web/admin/fields/purge-dialog";
import { typeLabel } from "@web/admin/fields/type-label";
import { AdminPage } from "@web/admin/shared/admin-page";
import classes from "@web/admin/shared/admin.module.css";
import { EntitySelect, useDesignedEntity } from "@web/admin/shared/entity-select";
import { changeField, hideField } from "@web/admin/shared/metadata-calls";
import { useTask } from "@web/admin/shared/use-task";
import { Badge } from "@web/kit/badge";
import { IconButton } from "@web/kit/icon-button";
import { useMetadata } from "@web/lib/calls/metadata";
import { t, tn, type TextKey } from "@web/lib/i18n";
import type { Entity, Field } from "@web/lib/metadata-types";
import { showToast } from "@web/lib/toasts";

interface Group {
  key: "own" | "shipped" | "hidden";
  fields: Field[];
}

/** One's own fields first, those that came with the program, then what is hidden. */
function groupsOf(entity: Entity): Group[] {
  const all = entity.fields.filter((field) => !field.system);
  const shown = all.filter((field) => !field.hidden);
  const groups: Group[] = [{ key: "own", fields: shown.filter((field) => field.custom) }, { key: "shipped", fields: shown.filter((field) => !field.custom) }, { key: "hidden", fields: all.filter((field) => field.hidden) }];
  return groups.filter((group) => group.fields.length > 0);
}

/** The fields of a section: add, rename, set up, hide; and sections of one's own. */
export function FieldsPage() {
  const { entity, entities, choose } = useDesignedEntity();
  const [edited, setEdited] = useState<Field | null | undefined>(undefined);
  const [purged, setPurged] = useState<Field | null>(null);
  const [section, setSection] = useState<Entity | null | undefined>(undefined);
  const [run] = useTask();
  if (!entity) return null;
  const hide = (field: Field) => run(async () => {
    await hideField(entity.key, field.key);
    showToast({ tone: "success", text: t("admin.field_hidden", { field: field.label }), action: { label: t("action.undo"), run: async () => { await changeField(entity.key, field.key, { hidden: false }); } } });
  });
  const show = (field: Field) => run(() => changeField(entity.key, field.key, { hidden: false }));
  const groups = groupsOf(entity);
  return (
    <AdminPage
      title={t("settings.page_fields")} hint={t("admin.fields_hint")}
      actions={<><Button variant="default" onClick={() => setSection(null)}>{t("admin.entity_new")}</Button><Button leftSection={<IconPlus size={16} />} onClick={() => setEdited(null)}>{t("admin.field_add")}</Button></>}
    >
      <div className={classes.bar}>
        <EntitySelect entity={entity} entities={entities} onChoose={choose} />
        <Button variant="subtle" onClick={() => setSection(entity)}>{t("admin.entity_rename")}</Button>
        <Link to="/$plural" params={{ plural: entity.plural }} style={{ marginBottom: 8 }}>{t("admin.entity_open")}</Link>
      </div>
      <div className={classes.tableWrap}>
        <table className={classes.table} data-cards>
          <thead><tr><th>{t("admin.field_label")}</th><th>{t("admin.field_type")}</th><th>{t("admin.field_properties")}</th><th /></tr></thead>
          {groups.map((group) => (
            <tbody key={group.key}>
              {groups.length > 1 && <tr data-group><td colSpan={4}>{t(`admin.fields_${group.key}` as TextKey)}</td></tr>}
              {group.fields.map((field) => <FieldRow key={field.key} field={field} onEdit={() => setEdited(field)} onHide={() => void hide(field)} onShow={() => void show(field)} onPurge={() => setPurged(field)} />)}
            </tbody>
          ))}
        </table>
      </div>
      {edited !== undefined && <FieldDialog entity={entity} field={edited ?? undefined} onClose={() => setEdited(undefined)} />}
      {purged && <PurgeDialog entity={entity} field={purged} onClose={() => setPurged(null)} />}
      {section !== undefined && <EntityDialog entity={section ?? undefined} onClose={() => setSection(undefined)} onDone={choose} />}
    </AdminPage>
  );
}

interface FieldRowProps {
  field: Field;
  onEdit: () => void;
  onHide: () => void;
  onShow: () => void;
  onPurge: () => void;
}

function FieldRow({ field, onEdit, onHide, onShow, onPurge }: FieldRowProps) {
  const metadata = useMetadata();
  const targets = field.type === "link" ? (field.to ?? []).map((key) => metadata.entity(key)?.label.one ?? key).join(", ") : "";
  const options = (field.options ?? []).filter((option) => !option.hidden);
  const more = targets ? `→ ${targets}` : options.length > 0 ? tn("admin.options_count", options.length) : field.type === "formula" && field.result ? `→ ${typeLabel(field.result).toLowerCase()}` : "";
  const flags = [field.filterable && t("admin.field_is_filterable"), field.sortable && t("admin.field_is_sortable")].filter(Boolean).join(", ");
  return (
    <tr data-off={field.hidden || undefined}>
      <td><button type="button" className={classes.open} onClick={onEdit} title={field.help ?? undefined}>{field.label}</button></td>
      <td title={options.map((option) => option.label).join(", ") || undefined}>{typeLabel(field.type)} {more && <span className="muted">{more}</span>}</td>
      <td>
        <span className={classes.badges}>
          {field.required && <Badge tone="warning">{t("admin.field_is_required")}</Badge>}
          {field.unique && <Badge tone="info">{t("admin.field_is_unique")}</Badge>}
          {field.read_only && <Badge>{t("admin.field_is_read_only")}</Badge>}
          {flags && <span className="muted">{flags}</span>}
        </span>
      </td>
      <td data-tools>
        <Menu position="bottom-end">
          <Menu.Target><IconButton label={t("admin.actions_of", { name: field.label })}><IconDots size={16} /></IconButton></Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={onEdit}>{t("admin.edit")}</Menu.Item>
            {field.hidden ? <Menu.Item onClick={onShow}>{t("admin.field_show")}</Menu.Item> : <Menu.Item onClick={onHide}>{t("admin.field_hide")}</Menu.Item>}
            {field.hidden && field.custom && <><Menu.Divider /><Menu.Item c="var(--danger)" onClick={onPurge}>{t("admin.field_purge")}</Menu.Item></>}
          </Menu.Dropdown>
        </Menu>
      </td>
    </tr>
  );
}
