import { useParams } from "@tanstack/react-router";
import { NotFound } from "@web/app/shell/not-found";
import { ErrorBoundary } from "@web/kit/error-boundary";
import { useMetadata } from "@web/lib/calls/metadata";
import { CardView } from "@web/records/card/card-view";

export function EntityCardPage() {
  const { plural, id } = useParams({ strict: false });
  const entity = useMetadata().byPlural(plural ?? "");
  const number = Number(id);
  if (!entity?.can.read || !Number.isSafeInteger(number)) return <NotFound />;
  return <ErrorBoundary reset_key={`${entity.key}/${number}`}><CardView key={`${entity.key}/${number}`} entity={entity} id={number} /></ErrorBoundary>;
}
