import { Button } from "@mantine/core";
import { useState } from "react";
import { AddField } from "@web/admin/layouts/card-layout";
import { FieldChips } from "@web/admin/layouts/field-chips";
import chips from "@web/admin/layouts/field-chips.module.css";
import { viewsBody } from "@web/admin/layouts/layout";
import classes from "@web/admin/shared/admin.module.css";
import { changeEntity } from "@web/admin/shared/metadata-calls";
import { movedTo, stepped } from "@web/admin/shared/sortable";
import { useTask } from "@web/admin/shared/use-task";
import { EmptyState } from "@web/kit/empty-state";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import type { Entity, ViewDefinition } from "@web/lib/metadata-types";
import { showToast } from "@web/lib/toasts";

/** The shipped views of a section: which columns they show, in which order. A person's own choice still goes first. */
export function ListViews({ entity }: { entity: Entity }) {
  const metadata = useMetadata();
  const [views, setViews] = useState<ViewDefinition[]>(entity.views ?? []);
  const [run, is_running] = useTask();
  const is_changed = JSON.stringify(views) !== JSON.stringify(entity.views ?? []);
  const set = (key: string, columns: string[]) => setViews(views.map((view) => (view.key === key ? { ...view, columns } : view)));
  const save = () => run(async () => {
    const before = entity.views ?? [];
    await changeEntity(entity.key, { views: viewsBody(views) });
    showToast({ tone: "success", text: t("admin.saved"), action: { label: t("action.undo"), run: async () => { await changeEntity(entity.key, { views: viewsBody(before) }); setViews(before); } } });
  });
  if (views.length === 0) return <EmptyState title={t("admin.views_empty")} text={t("admin.views_empty_text")} />;
  return (
    <>
      {views.map((view) => {
        const columns = view.columns ?? [];
        return (
          <section key={view.key} className={chips.group} aria-label={view.label ?? view.key}>
            <header><h3>{view.label ?? view.key}</h3></header>
            <FieldChips
              kind={`column-${view.key}`} list={view.key} keys={columns} labelOf={(path) => metadata.pathLabel(entity, path)} axis="x" empty={t("admin.layout_empty")}
              onDrop={(dragged, onto, edge) => { if (onto) set(view.key, movedTo(columns, (key) => key, dragged.id, onto, edge)); }}
              actionsOf={(path, at) => [
                ...(at > 0 ? [{ label: t("admin.left"), run: () => set(view.key, stepped(columns, at, -1)) }] : []),
                ...(at < columns.length - 1 ? [{ label: t("admin.right"), run: () => set(view.key, stepped(columns, at, 1)) }] : []),
                ...(columns.length > 1 ? [{ label: t("admin.layout_take_out"), run: () => set(view.key, columns.filter((one) => one !== path)) }] : []),
              ]}
              extra={<AddField fields={entity.fields.filter((field) => !field.hidden && field.type !== "rich_text" && field.type !== "json" && !columns.includes(field.key)).map((field) => ({ value: field.key, label: field.label }))} onAdd={(key) => set(view.key, [...columns, key])} />}
            />
          </section>
        );
      })}
      {is_changed && (
        <div className={classes.saveBar}>
          <span>{t("admin.unsaved")}</span>
          <Button variant="default" onClick={() => setViews(entity.views ?? [])}>{t("action.cancel")}</Button>
          <Button loading={is_running} onClick={() => void save()}>{t("action.save")}</Button>
        </div>
      )}
    </>
  );
}
