import { Link, useLocation } from "@tanstack/react-router";
import { IconChartBar, IconChevronsLeft, IconChevronsRight, IconRoute, IconSettings } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import { admin_pages } from "@web/admin/pages";
import { MenuBadge } from "@web/app/shell/menu-badge";
import { menuEntities, menuGroup } from "@web/app/shell/menu-entities";
import { MenuGroup } from "@web/app/shell/menu-group";
import classes from "@web/app/shell/shell.module.css";
import { flow_pages } from "@web/flow/pages";
import { insight_pages } from "@web/insight/pages";
import { EntityIcon } from "@web/kit/entity-icon";
import { Logo } from "@web/kit/logo";
import { useMe, type Me } from "@web/lib/calls/me";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import type { PageDefinition } from "@web/lib/pages";
import { pageWidgets } from "@web/lib/widgets";

const kFolded = "matvey.menu_folded";

function hasAny(pages: PageDefinition[], me: Me): boolean {
  return pages.some((page) => page.is_allowed?.(me) ?? true);
}

/** Sections by what the caller may see: pages of modules, records, reports, processes, settings. */
export function SideMenu() {
  const me = useMe();
  const entities = menuEntities(useMetadata());
  const { pathname } = useLocation();
  const [is_folded, setFolded] = useState(() => localStorage.getItem(kFolded) === "1");
  const fold = () => {
    localStorage.setItem(kFolded, is_folded ? "0" : "1");
    setFolded(!is_folded);
  };
  const active = (path: string) => (pathname === path || pathname.startsWith(`${path}/`) ? "page" : undefined);
  const section = (root: string, label: string, icon: ReactNode) => <Link to={root} className={classes.link} aria-current={active(root)} title={is_folded ? label : undefined}>{icon}<span className="cut">{label}</span></Link>;
  return (
    <nav className={classes.side} aria-label={t("shell.menu")} data-folded={is_folded || undefined}>
      <Link to="/" className={classes.brand}><Logo />Matvey</Link>
      {pageWidgets().map((page) => (
        <Link key={page.key} to="/page/$key" params={{ key: page.key }} className={classes.link} title={is_folded ? t(page.label) : undefined}>
          <EntityIcon name={page.icon} /><span className="cut">{t(page.label)}</span>{page.badge && <MenuBadge page={page} />}
        </Link>
      ))}
      {entities.map((entity) => {
        const group = menuGroup(entity);
        if (group) {
          const members = entities.filter((one) => menuGroup(one) === group);
          return members[0] === entity ? <MenuGroup key={group} label={group} entities={members} is_here={members.some((one) => active(`/${one.plural}`))} is_folded={is_folded} /> : null;
        }
        return (
          <Link key={entity.key} to="/$plural" params={{ plural: entity.plural }} className={classes.link} title={is_folded ? entity.label.many : undefined}>
            <EntityIcon name={entity.icon} /><span className="cut">{entity.label.many}</span>
          </Link>
        );
      })}
      {hasAny(insight_pages, me) && section("/reports", t("section.reports"), <IconChartBar size={18} stroke={1.7} />)}
      {hasAny(flow_pages, me) && section("/flow", t("section.flow"), <IconRoute size={18} stroke={1.7} />)}
      <span className={classes.spring} />
      {hasAny(admin_pages, me) && section("/settings", t("section.settings"), <IconSettings size={18} stroke={1.7} />)}
      <button type="button" className={classes.link} onClick={fold} aria-expanded={!is_folded} title={is_folded ? t("shell.unfold") : undefined}>
        {is_folded ? <IconChevronsRight size={18} stroke={1.7} aria-label={t("shell.unfold")} /> : <IconChevronsLeft size={18} stroke={1.7} aria-hidden="true" />}<span>{t("shell.fold")}</span>
      </button>
    </nav>
  );
}
