import type { Entity } from "@web/lib/metadata-types";
import type { CurrentView } from "@web/records/list/use-view";

export function BoardScreen({ entity, view }: { entity: Entity; view: CurrentView }) {
  return <div>{entity.key}{view.current?.key}</div>;
}
