import { Link, useLocation } from "@tanstack/react-router";
import { IconChartBar, IconChevronDown, IconChevronRight, IconChevronsLeft, IconChevronsRight, IconRoute, IconSettings } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import { admin_pages } from "@web/admin/pages";
import { closedAtFirst, menuSections, sectionPages, type MenuSection } from "@web/app/shell/menu-entities";
import { MenuBadge } from "@web/app/shell/menu-badge";
import classes from "@web/app/shell/shell.module.css";
import { flow_pages } from "@web/flow/pages";
import { insight_pages } from "@web/insight/pages";
import { EntityIcon } from "@web/kit/entity-icon";
import { Logo } from "@web/kit/logo";
import { useMe, type Me } from "@web/lib/calls/me";
import { useMetadata, type Metadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import type { PageDefinition } from "@web/lib/pages";
import { pageWidgets, type PageWidget } from "@web/lib/widgets";

const kFolded = "matvey.menu_folded";

function hasAny(pages: PageDefinition[], me: Me): boolean {
  return pages.some((page) => page.is_allowed?.(me) ?? true);
}

const kClosed = "matvey.menu_closed";
/** Those of a person's own choice are kept in his browser. */
function readClosed(metadata: Metadata): readonly string[] {
  const kept = localStorage.getItem(kClosed);
  return kept === null ? closedAtFirst(metadata) : kept.split(",");
}

function PageLink({ page, is_folded }: { page: PageWidget; is_folded: boolean }) {
  return (
    <Link to="/page/$key" params={{ key: page.key }} className={classes.link} title={is_folded ? t(page.label) : undefined}>
      <EntityIcon name={page.icon} /><span className="cut">{t(page.label)}</span>{page.badge && <MenuBadge page={page} />}
    </Link>
  );
}

/** A heading that folds what stands under it; the section of the present screen is always open. */
function Section({ section, is_folded, pathname }: { section: MenuSection; is_folded: boolean; pathname: string }) {
  const metadata = useMetadata();
  const [is_closed, setClosed] = useState(() => readClosed(metadata).includes(section.key));
  const pages = sectionPages(section.key, metadata);
  const isHere = (path: string) => pathname === path || pathname.startsWith(`${path}/`);
  const is_here = section.entities.some((entity) => isHere(`/${entity.plural}`)) || pages.some((page) => isHere(`/page/${page.key}`));
  const is_open = is_here || !is_closed;
  const toggle = () => {
    const others = readClosed(metadata).filter((key) => key !== section.key && key !== "");
    localStorage.setItem(kClosed, (is_closed ? others : [...others, section.key]).join(","));
    setClosed(!is_closed);
  };
  const label = t(`menu.${section.key}`);
  return (
    <div role="group" aria-label={label} className={classes.section}>
      <button type="button" className={classes.heading} aria-expanded={is_open} onClick={toggle} title={is_folded ? label : undefined}>
        <span className="cut">{label}</span>{is_open ? <IconChevronDown size={14} aria-hidden="true" /> : <IconChevronRight size={14} aria-hidden="true" />}
      </button>
      {is_open && section.entities.map((entity) => (
        <Link key={entity.key} to="/$plural" params={{ plural: entity.plural }} className={classes.link} title={is_folded ? entity.label.many : undefined}>
          <EntityIcon name={entity.icon} /><span className="cut">{entity.label.many}</span>
        </Link>
      ))}
      {is_open && pages.map((page) => <PageLink key={page.key} page={page} is_folded={is_folded} />)}
    </div>
  );
}

/** Sections by what the caller may see: pages of modules, records, reports, processes, settings. */
export function SideMenu() {
  const me = useMe();
  const pages = pageWidgets();
  const sections = menuSections(useMetadata());
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
      {pages.filter((page) => page.is_home).map((page) => <PageLink key={page.key} page={page} is_folded={is_folded} />)}
      {sections.map((one) => <Section key={one.key} section={one} is_folded={is_folded} pathname={pathname} />)}
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
