import { useParams } from "@tanstack/react-router";
import { NotFound } from "@web/app/shell/not-found";
import { ErrorBoundary } from "@web/kit/error-boundary";
import { useMetadata } from "@web/lib/calls/metadata";
import type { Entity } from "@web/lib/metadata-types";
import { BoardScreen } from "@web/records/board/board-screen";
import { useListSearch } from "@web/records/list/list-state";
import { ListScreen } from "@web/records/list/list-screen";
import { useView } from "@web/records/list/use-view";

/** A section: the list or, where the view says so and the entity has stages, the board. */
export function EntityListPage() {
  const { plural } = useParams({ strict: false });
  const entity = useMetadata().byPlural(plural ?? "");
  if (!entity?.can.read) return <NotFound />;
  return <ErrorBoundary reset_key={entity.key}><Section key={entity.key} entity={entity} /></ErrorBoundary>;
}

function Section({ entity }: { entity: Entity }) {
  const [search] = useListSearch();
  const view = useView(entity, search);
  if (view.current?.definition.type === "board" && entity.stages) return <BoardScreen entity={entity} view={view} />;
  return <ListScreen entity={entity} view={view} />;
}
