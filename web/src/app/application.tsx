import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { router } from "@web/app/router";
import { KitProvider } from "@web/kit/kit-provider";
import { holdBack } from "@web/kit/settled";
import { setApiLanguage } from "@web/lib/api";
import { meQuery, toMe } from "@web/lib/calls/me";
import { loadedMetadata, Metadata, metadataQuery } from "@web/lib/calls/metadata";
import { watchConnection } from "@web/lib/connection";
import { currentLanguage, loadLanguage, setTimeZone } from "@web/lib/i18n";
import { connectLive } from "@web/lib/live";
import type { MetadataDocument } from "@web/lib/metadata-types";
import { query_client } from "@web/lib/query-client";
import type { Session } from "@web/lib/session";
import { askForBoard } from "@web/records/board/ask-board";
import { parseListSearch } from "@web/records/list/list-state";

/** Draws the application once the session stands; the first screen waits for the rights and the metadata only. */
export function startApplication(root: HTMLElement, session: Session, metadata: MetadataDocument | null): void {
  void prepare(session, metadata).then(async () => {
    await Promise.race([askForFirstScreen(), new Promise((resolve) => setTimeout(resolve, kFirstAnswers_ms))]);
    holdBack();
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
    connectLive(session.live_position);
  });
}

/** How long drawing waits for the first answers: a screen that is drawn once, with them, is there sooner than one that is drawn twice. */
const kFirstAnswers_ms = 120;

async function askForFirstScreen(): Promise<void> {
  const [plural = "", ...rest] = location.pathname.split("/").slice(1);
  const metadata = loadedMetadata();
  const entity = metadata.byPlural(plural);
  const me = query_client.getQueryData(meQuery.queryKey);
  if (!entity?.can.read || !me || rest.length > 0) return;
  // What fails here is asked again by the screen itself, which also says so.
  await askForBoard(metadata, entity, parseListSearch(router.options.parseSearch(location.search)), me.user.id).catch(() => undefined);
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
