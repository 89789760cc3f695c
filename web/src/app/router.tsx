import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { menuEntities } from "@web/app/shell/menu-entities";
import { NotFound } from "@web/app/shell/not-found";
import { Shell } from "@web/app/shell/shell";
import { EntityListPage } from "@web/app/routes/entity-list-page";
import { ErrorNotice } from "@web/kit/error-notice";
import { loadedMetadata } from "@web/lib/calls/metadata";
import { parseListSearch } from "@web/records/list/list-state";

// The first screens are in the first bundle; everything else comes when it is opened.
const root_route = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const home_route = createRoute({
  getParentRoute: () => root_route, path: "/",
  beforeLoad: () => {
    const first = menuEntities(loadedMetadata())[0];
    if (first) throw redirect({ to: "/$plural", params: { plural: first.plural }, replace: true });
  },
});

const list_route = createRoute({ getParentRoute: () => root_route, path: "/$plural", component: EntityListPage, validateSearch: parseListSearch });

const card_route = createRoute({
  getParentRoute: () => root_route, path: "/$plural/$id",
  component: lazyRouteComponent(() => import("@web/app/routes/entity-card-page"), "EntityCardPage"),
});

export const router = createRouter({
  routeTree: root_route.addChildren([home_route, list_route, card_route]),
  defaultErrorComponent: ({ error, reset }) => <ErrorNotice error={error} onRetry={reset} />,
  defaultPreload: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
