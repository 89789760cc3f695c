import { Outlet, useLocation } from "@tanstack/react-router";
import { Suspense } from "react";
import { OfflineNotice } from "@web/app/shell/offline-notice";
import classes from "@web/app/shell/shell.module.css";
import { SideMenu } from "@web/app/shell/side-menu";
import { TopBar } from "@web/app/shell/top-bar";
import { ErrorBoundary } from "@web/kit/error-boundary";
import { ToastHost } from "@web/kit/toast-host";
import { t } from "@web/lib/i18n";

/** The frame of every screen: side menu, top bar, content. */
export function Shell() {
  const { pathname } = useLocation();
  return (
    <div className={classes.shell}>
      <a href="#content" className={classes.skip}>{t("shell.skip")}</a>
      <SideMenu />
      <div className={classes.body}>
        <TopBar />
        <OfflineNotice />
        <main id="content" className={classes.content} tabIndex={-1}>
          <ErrorBoundary reset_key={pathname}>
            <Suspense><Outlet /></Suspense>
          </ErrorBoundary>
        </main>
      </div>
      <ToastHost />
    </div>
  );
}
