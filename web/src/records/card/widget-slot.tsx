import { lazy, Suspense, useMemo } from "react";
import { ErrorBoundary } from "@web/kit/error-boundary";
import type { Entity } from "@web/lib/metadata-types";
import type { AnyRecord } from "@web/lib/values";
import { cardWidgets, type CardWidget } from "@web/lib/widgets";

/** What modules add at a place of the card; a fault of one stays inside its frame. */
export function WidgetSlot({ slot, entity, record }: { slot: CardWidget["slot"]; entity: Entity; record: AnyRecord }) {
  const widgets = useMemo(() => cardWidgets(slot, entity.key).map((widget) => ({ key: widget.key, Part: lazy(async () => ({ default: await widget.load() })) })), [slot, entity.key]);
  return (
    <>
      {widgets.map(({ key, Part }) => <ErrorBoundary key={key}><Suspense><Part entity={entity} record={record} /></Suspense></ErrorBoundary>)}
    </>
  );
}
