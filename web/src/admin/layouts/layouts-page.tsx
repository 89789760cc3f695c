import { useState } from "react";
import { CardLayout } from "@web/admin/layouts/card-layout";
import { ListViews } from "@web/admin/layouts/list-views";
import { AdminPage } from "@web/admin/shared/admin-page";
import classes from "@web/admin/shared/admin.module.css";
import { EntitySelect, useDesignedEntity } from "@web/admin/shared/entity-select";
import { Segments } from "@web/kit/segments";
import { t } from "@web/lib/i18n";

type Part = "card" | "lists";

/** How the card of a section is laid out, and what its lists show to everyone who has not chosen otherwise. */
export function LayoutsPage() {
  const { entity, entities, choose } = useDesignedEntity();
  const [part, setPart] = useState<Part>("card");
  if (!entity) return null;
  return (
    <AdminPage title={t("settings.page_layouts")} hint={t("admin.layouts_hint")}>
      <div className={classes.bar}>
        <EntitySelect entity={entity} entities={entities} onChoose={choose} />
        <Segments<Part> label={t("admin.layout_part")} value={part} onChange={setPart} options={[{ value: "card", label: t("admin.layout_card") }, { value: "lists", label: t("admin.layout_lists") }]} />
      </div>
      {part === "card" ? <CardLayout key={entity.key} entity={entity} /> : <ListViews key={entity.key} entity={entity} />}
    </AdminPage>
  );
}
