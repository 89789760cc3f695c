import { lazy, Suspense } from "react";
import type { Entity } from "@web/lib/metadata-types";
import classes from "@web/records/card/side-panel.module.css";
import type { CardNeighbours } from "@web/records/card/card-tools";

const loadCard = () => import("@web/records/card/card-view");
const CardView = lazy(async () => ({ default: (await loadCard()).CardView }));

/** Fetches the card's code ahead, so that the first opening does not wait. */
export function warmCard(): void {
  loadCard().catch(() => undefined);
}

/** A record over the right half of the screen it was opened from; that screen stays as it was. */
export function SidePanel({ entity, id, onClose, ...neighbours }: { entity: Entity; id: number; onClose: () => void } & CardNeighbours) {
  return (
    <aside className={classes.panel} aria-label={entity.label.one}>
      <Suspense><CardView key={`${entity.key}/${id}`} entity={entity} id={id} is_panel onClose={onClose} {...neighbours} /></Suspense>
    </aside>
  );
}
