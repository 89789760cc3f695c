import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { router } from "@web/app/router";
import { KitProvider } from "@web/kit/kit-provider";
import { setApiLanguage } from "@web/lib/api";
import { meQuery } from "@web/lib/calls/me";
import { metadataQuery } from "@web/lib/calls/metadata";
import { currentLanguage, loadLanguage, setTimeZone } from "@web/lib/i18n";
import { connectLive } from "@web/lib/live";
import { query_client } from "@web/lib/query-client";

/** Draws the application once the session stands; the first screen waits for the rights and the metadata only. */
export function startApplication(root: HTMLElement): void {
  void prepare().then(() => {
    createRoot(root).render(
      <StrictMode>
        <KitProvider>
          <QueryClientProvider client={query_client}>
            <RouterProvider router={router} />
          </QueryClientProvider>
        </KitProvider>
      </StrictMode>,
    );
    connectLive();
  });
}

async function prepare(): Promise<void> {
  const [me] = await Promise.all([query_client.fetchQuery(meQuery), query_client.fetchQuery(metadataQuery)]);
  setTimeZone(me.time_zone);
  const wanted = me.language === "en" || me.language === "ru" ? me.language : null;
  if (wanted && wanted !== currentLanguage()) {
    setApiLanguage(wanted);
    await loadLanguage(wanted);
    await query_client.fetchQuery({ ...metadataQuery, staleTime: 0 });
  }
}
