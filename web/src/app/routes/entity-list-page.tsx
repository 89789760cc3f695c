import { useParams } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { NotFound } from "@web/app/shell/not-found";
import { ErrorBoundary } from "@web/kit/error-boundary";
import { useMetadata } from "@web/lib/calls/metadata";
import type { Entity } from "@web/lib/metadata-types";
import { BoardScreen } from "@web/records/board/board-screen";
import { useListSearch } from "@web/records/list/list-state";
import { ListScreen } from "@web/records/list/list-screen";
import { shapeNow } from "@web/records/list/shape/shapes";
import { useView } from "@web/records/list/shape/use-view";

const CalendarScreen = lazy(async () => ({ default: (await import("@web/records/calendar/calendar-screen")).CalendarScreen }));
const MapScreen = lazy(async () => ({ default: (await import("@web/records/map/map-screen")).MapScreen }));

/** A section: the list or, where the view says so and the entity has stages, the board; calendar and map come when they are asked for. */
export function EntityListPage() {
  const { plural } = useParams({ strict: false });
  const entity = useMetadata().byPlural(plural ?? "");
  if (!entity?.can.read) return <NotFound />;
  return <ErrorBoundary reset_key={entity.key}><Section key={entity.key} entity={entity} /></ErrorBoundary>;
}

function Section({ entity }: { entity: Entity }) {
  const [search] = useListSearch();
  const view = useView(entity, search);
  const shape = shapeNow(entity, search.as, view.current?.definition);
  if (shape === "board") return <BoardScreen entity={entity} view={view} />;
  if (shape === "calendar") return <Suspense><CalendarScreen entity={entity} view={view} /></Suspense>;
  if (shape === "map") return <Suspense><MapScreen entity={entity} view={view} /></Suspense>;
  return <ListScreen entity={entity} view={view} />;
}
