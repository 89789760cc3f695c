import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { admin_pages } from "@web/admin/pages";
import { isFirstRun } from "@web/admin/setup/first-run";
import { DefinedPage } from "@web/app/routes/defined-page";
import { WidgetPage } from "@web/app/routes/widget-page";
import { menuEntities } from "@web/app/shell/menu-entities";
import { NotFound } from "@web/app/shell/not-found";
import { Shell } from "@web/app/shell/shell";
import { EntityListPage } from "@web/app/routes/entity-list-page";
import { flow_pages } from "@web/flow/pages";
import { insight_pages } from "@web/insight/pages";
import { ErrorNotice } from "@web/kit/error-notice";
import { meQuery } from "@web/lib/calls/me";
import { loadedMetadata } from "@web/lib/calls/metadata";
import { query_client } from "@web/lib/query-client";
import { pageWidgets } from "@web/lib/widgets";
import { withImportTexts } from "@web/records/import/load-import";
import { parseListSearch } from "@web/records/list/list-state";

// The first screens are in the first bundle; everything else comes when it is opened.
const root_route = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const home_route = createRoute({
  getParentRoute: () => root_route, path: "/",
  beforeLoad: async () => {
    const me = query_client.getQueryData(meQuery.queryKey);
    if (me && await isFirstRun(me)) throw redirect({ to: "/settings/$key", params: { key: "setup" }, replace: true });
    const page = pageWidgets().find((widget) => widget.is_home);
    if (page) throw redirect({ to: "/page/$key", params: { key: page.key }, replace: true });
    const first = menuEntities(loadedMetadata())[0];
    if (first) throw redirect({ to: "/$plural", params: { plural: first.plural }, replace: true });
  },
});

const list_route = createRoute({ getParentRoute: () => root_route, path: "/$plural", component: EntityListPage, validateSearch: parseListSearch });

const card_route = createRoute({
  getParentRoute: () => root_route, path: "/$plural/$id",
  component: lazyRouteComponent(() => import("@web/app/routes/entity-card-page"), "EntityCardPage"),
});

const imports_route = createRoute({ getParentRoute: () => root_route, path: "/imports", component: lazyRouteComponent(() => withImportTexts(import("@web/records/import/imports-page")), "ImportsPage") });
const import_start_route = createRoute({ getParentRoute: () => root_route, path: "/imports/new", component: lazyRouteComponent(() => withImportTexts(import("@web/records/import/start-page")), "StartPage") });
const import_route = createRoute({ getParentRoute: () => root_route, path: "/imports/$id", component: lazyRouteComponent(() => withImportTexts(import("@web/records/import/import-page")), "ImportPage") });

const page_route = createRoute({ getParentRoute: () => root_route, path: "/page/$key", component: WidgetPage });

const admin_route = createRoute({ getParentRoute: () => root_route, path: "/settings/$key", component: () => <DefinedPage pages={admin_pages} root="settings" /> });
const admin_home_route = createRoute({ getParentRoute: () => root_route, path: "/settings", component: () => <DefinedPage pages={admin_pages} root="settings" /> });
const insight_route = createRoute({ getParentRoute: () => root_route, path: "/reports/$key", component: () => <DefinedPage pages={insight_pages} root="reports" /> });
const insight_home_route = createRoute({ getParentRoute: () => root_route, path: "/reports", component: () => <DefinedPage pages={insight_pages} root="reports" /> });
const flow_route = createRoute({ getParentRoute: () => root_route, path: "/flow/$key", component: () => <DefinedPage pages={flow_pages} root="flow" /> });
const flow_home_route = createRoute({ getParentRoute: () => root_route, path: "/flow", component: () => <DefinedPage pages={flow_pages} root="flow" /> });

export const router = createRouter({
  routeTree: root_route.addChildren([home_route, page_route, imports_route, import_start_route, import_route, admin_home_route, admin_route, insight_home_route, insight_route, flow_home_route, flow_route, list_route, card_route]),
  defaultErrorComponent: ({ error, reset }) => <ErrorNotice error={error} onRetry={reset} />,
  defaultPreload: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
