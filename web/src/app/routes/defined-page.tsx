import { Link, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useMemo, useRef } from "react";
import classes from "@web/app/routes/defined-page.module.css";
import { NotFound } from "@web/app/shell/not-found";
import { EntityIcon } from "@web/kit/entity-icon";
import { ErrorBoundary } from "@web/kit/error-boundary";
import { useMe } from "@web/lib/calls/me";
import { t } from "@web/lib/i18n";
import type { PageDefinition } from "@web/lib/pages";

/** The pages of settings, reports or processes: their list on the left, the chosen one beside it. */
export function DefinedPage({ pages, root }: { pages: PageDefinition[]; root: "settings" | "reports" | "flow" }) {
  const me = useMe();
  const { key } = useParams({ strict: false });
  const allowed = pages.filter((page) => page.is_allowed?.(me) ?? true);
  const chosen = key ? allowed.find((page) => page.key === key) : allowed[0];
  const Page = useMemo(() => (chosen ? lazy(async () => ({ default: await chosen.load() })) : null), [chosen]);
  const menu = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone the pages stand in one line: the open one is brought into view.
    const active = menu.current?.querySelector<HTMLElement>("[data-active]");
    if (menu.current && active) menu.current.scrollLeft = active.offsetLeft - menu.current.offsetLeft - 12;
  }, [chosen]);
  if (!chosen || !Page) return <NotFound />;
  return (
    <div className={classes.frame}>
      {allowed.length > 1 && (
        <nav ref={menu} className={classes.menu} aria-label={t(`section.${root}`)}>
          <h2>{t(`section.${root}`)}</h2>
          {allowed.map((page) => (
            <Link key={page.key} to={`/${root}/$key` as "/settings/$key"} params={{ key: page.key }} className={classes.link} data-active={page === chosen || undefined}><EntityIcon name={page.icon} size={16} />{t(page.label)}</Link>
          ))}
        </nav>
      )}
      <div className={classes.page}><ErrorBoundary reset_key={chosen.key}><Suspense><Page /></Suspense></ErrorBoundary></div>
    </div>
  );
}
