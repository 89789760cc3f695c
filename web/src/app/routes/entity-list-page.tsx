import { useParams } from "@tanstack/react-router";
import { NotFound } from "@web/app/shell/not-found";
import { ErrorBoundary } from "@web/kit/error-boundary";
import { useMetadata } from "@web/lib/calls/metadata";
import { ListScreen } from "@web/records/list/list-screen";

export function EntityListPage() {
  const { plural } = useParams({ strict: false });
  const entity = useMetadata().byPlural(plural ?? "");
  if (!entity?.can.read) return <NotFound />;
  return <ErrorBoundary reset_key={entity.key}><ListScreen key={entity.key} entity={entity} /></ErrorBoundary>;
}
