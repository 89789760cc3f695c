import { lazy, Suspense, useMemo } from "react";
import { ErrorBoundary } from "@web/kit/error-boundary";
import { formWidgets, type FormWidgetProps } from "@web/lib/widgets";

/** What modules add to the form of a new record; a fault of one stays inside its frame. */
export function FormSlot({ entity, values, onFill }: FormWidgetProps) {
  const widgets = useMemo(() => formWidgets(entity.key).map((widget) => ({ key: widget.key, Part: lazy(async () => ({ default: await widget.load() })) })), [entity.key]);
  return (
    <>
      {widgets.map(({ key, Part }) => <ErrorBoundary key={key}><Suspense><Part entity={entity} values={values} onFill={onFill} /></Suspense></ErrorBoundary>)}
    </>
  );
}
