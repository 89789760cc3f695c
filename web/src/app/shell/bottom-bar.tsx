import { Drawer } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { IconMenu2, IconSettings } from "@tabler/icons-react";
import { Fragment, useState } from "react";
import { admin_pages } from "@web/admin/pages";
import { menuSections, sectionPages } from "@web/app/shell/menu-entities";
import { MenuBadge } from "@web/app/shell/menu-badge";
import classes from "@web/app/shell/shell.module.css";
import { flow_pages } from "@web/flow/pages";
import { insight_pages } from "@web/insight/pages";
import { EntityIcon } from "@web/kit/entity-icon";
import { usePhone } from "@web/kit/use-phone";
import { useMe } from "@web/lib/calls/me";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { pageWidgets } from "@web/lib/widgets";

/** Three sections for the thumb: the first two and the one where money moves over a board. */
function thumbSections(entities: Entity[]): Entity[] {
  const with_money = entities.filter((entity) => entity.stages && entity.fields.some((field) => field.type === "money"));
  const staged = with_money.find((entity) => entity.stages?.pipeline) ?? with_money[0];
  const rest = entities.filter((entity) => entity !== staged);
  return staged ? [...rest.slice(0, 2), staged] : rest.slice(0, 3);
}

/** Sections under the thumb; the rest opens from below. */
export function BottomBar() {
  return usePhone() ? <ThumbBar /> : null;
}

function ThumbBar() {
  const [is_open, setOpen] = useState(false);
  const me = useMe();
  const metadata = useMetadata();
  const sections = menuSections(metadata);
  const entities = sections.flatMap((section) => section.entities);
  const home = pageWidgets().find((page) => page.is_home);
  const close = () => setOpen(false);
  const has_settings = admin_pages.some((page) => page.is_allowed?.(me) ?? true);
  const parts = [...(insight_pages.some((page) => page.is_allowed?.(me) ?? true) ? [{ to: "/reports", label: t("section.reports"), icon: "chart-bar" }] : []), ...(flow_pages.some((page) => page.is_allowed?.(me) ?? true) ? [{ to: "/flow", label: t("section.flow"), icon: "route" }] : [])];
  return (
    <nav className={classes.bottom} aria-label={t("shell.menu")}>
      {home && <Link to="/page/$key" params={{ key: home.key }} className={classes.tab}><EntityIcon name={home.icon} size={20} /><span>{t(home.label)}</span>{home.badge && <MenuBadge page={home} />}</Link>}
      {thumbSections(entities).map((entity) => (
        <Link key={entity.key} to="/$plural" params={{ plural: entity.plural }} className={classes.tab}>
          <EntityIcon name={entity.icon} size={20} /><span>{entity.label.many}</span>
        </Link>
      ))}
      <button type="button" className={classes.tab} aria-expanded={is_open} onClick={() => setOpen(true)}><IconMenu2 size={20} aria-hidden="true" /><span>{t("views.more")}</span></button>
      <Drawer opened={is_open} onClose={close} position="bottom" size="auto" title={t("shell.more_sections")} closeButtonProps={{ "aria-label": t("action.close") }}>
        <div className={classes.sheet}>
          {sections.map((section) => (
            <Fragment key={section.key}>
              <h3>{t(`menu.${section.key}`)}</h3>
              {section.entities.map((entity) => <Link key={entity.key} to="/$plural" params={{ plural: entity.plural }} className={classes.link} onClick={close}><EntityIcon name={entity.icon} /><span className="cut">{entity.label.many}</span></Link>)}
              {sectionPages(section.key, metadata).map((page) => <Link key={page.key} to="/page/$key" params={{ key: page.key }} className={classes.link} onClick={close}><EntityIcon name={page.icon} /><span className="cut">{t(page.label)}</span></Link>)}
            </Fragment>
          ))}
          {parts.length > 0 && <h3>{t("menu.other")}</h3>}
          {parts.map((part) => <Link key={part.to} to={part.to} className={classes.link} onClick={close}><EntityIcon name={part.icon} /><span className="cut">{part.label}</span></Link>)}
          {has_settings && <Link to="/settings" className={classes.link} onClick={close}><IconSettings size={18} stroke={1.7} aria-hidden="true" /><span className="cut">{t("section.settings")}</span></Link>}
        </div>
      </Drawer>
    </nav>
  );
}
