import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { router } from "@web/app/router";
import { KitProvider } from "@web/kit/kit-provider";
import { setApiLanguage } from "@web/lib/api";
import { meQuery, toMe } from "@web/lib/calls/me";
import { Metadata, metadataQuery } from "@web/lib/calls/metadata";
import { watchConnection } from "@web/lib/connection";
import { currentLanguage, loadLanguage, setTimeZone } from "@web/lib/i18n";
import { connectLive } from "@web/lib/live";
import type { MetadataDocument } from "@web/lib/metadata-types";
import { query_client } from "@web/lib/query-client";
import type { Session } from "@web/lib/session";

/** Draws the application once the session stands; the first screen waits for the rights and the metadata only. */
export function startApplication(root: HTMLElement, session: Session, metadata: MetadataDocument | null): void {
  void prepare(session, metadata).then(() => {
    createRoot(root).render(
      <StrictMode>
        <KitProvider>
          <QueryClientProvider client={query_client}>
            <RouterProvider router={router} />
          </QueryClientProvider>
        </KitProvider>
      </StrictMode>,
    );
    watchConnection();
    connectLive();
  });
}

async function prepare(session: Session, document: MetadataDocument | null): Promise<void> {
  const me = toMe(session);
  query_client.setQueryData(meQuery.queryKey, me);
  if (document) query_client.setQueryData(metadataQuery.queryKey, new Metadata(document));
  else await query_client.fetchQuery(metadataQuery);
  setTimeZone(me.time_zone);
  const wanted = me.language === "en" || me.language === "ru" ? me.language : null;
  if (wanted && wanted !== currentLanguage()) {
    setApiLanguage(wanted);
    await loadLanguage(wanted);
    await query_client.fetchQuery({ ...metadataQuery, staleTime: 0 });
  }
}
