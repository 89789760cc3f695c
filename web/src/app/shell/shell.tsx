import { Outlet, useLocation } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { Palette } from "@web/app/palette/palette";
import { BottomBar } from "@web/app/shell/bottom-bar";
import { GlobalKeys } from "@web/app/shell/global-keys";
import { OfflineNotice } from "@web/app/shell/offline-notice";
import { overlay } from "@web/app/shell/overlays";
import { SessionDialog } from "@web/app/shell/session-dialog";
import classes from "@web/app/shell/shell.module.css";
import { SideMenu } from "@web/app/shell/side-menu";
import { TopBar } from "@web/app/shell/top-bar";
import { loadInput } from "@web/fields/registry";
import { ErrorBoundary } from "@web/kit/error-boundary";
import { onFirstTouch } from "@web/kit/on-first-touch";
import { ToastHost } from "@web/kit/toast-host";
import { t } from "@web/lib/i18n";
import { useStore } from "@web/lib/use-store";
import { warmCard } from "@web/records/card/side-panel";
import { CreateHost } from "@web/records/form/create-host";

const KeyboardMap = lazy(async () => ({ default: (await import("@web/app/shell/keyboard-map")).KeyboardMap }));

/** The frame of every screen: side menu, top bar, content. */
export function Shell() {
  const { pathname } = useLocation();
  const open_overlay = useStore(overlay);
  // Editing, cards and search are to open without a wait.
  useEffect(() => onFirstTouch(() => {
    loadInput("text").catch(() => undefined);
    warmCard();
    if (import.meta.env.PROD) void navigator.serviceWorker?.register("/sw.js");
  }), []);
  return (
    <CreateHost>
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
          <BottomBar />
        </div>
        <ToastHost />
        <SessionDialog />
        <GlobalKeys />
        <Suspense>
          {open_overlay === "palette" && <Palette onClose={() => overlay.set(null)} />}
          {open_overlay === "keyboard" && <KeyboardMap onClose={() => overlay.set(null)} />}
        </Suspense>
      </div>
    </CreateHost>
  );
}
