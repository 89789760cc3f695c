import { Link as RouterLink } from "@tanstack/react-router";
import { useMetadata } from "@web/lib/calls/metadata";
import type { Link } from "@web/lib/values";

/** The title of a record as a link to its card; plain text where the caller may not open it, and in cells. */
export function RecordLink({ link, entity_key, is_dense = false }: { link: Link; entity_key: string | null | undefined; is_dense?: boolean | undefined }) {
  const entity = useMetadata().entity(link.entity ?? entity_key);
  const title = link.title || `#${link.id}`;
  if (is_dense || !entity?.can.read || entity.kind === "system") return <span title={title.length > 30 ? title : undefined}>{title}</span>;
  return <RouterLink to="/$plural/$id" params={{ plural: entity.plural, id: String(link.id) }}>{title}</RouterLink>;
}
