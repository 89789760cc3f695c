import { useParams } from "@tanstack/react-router";
import { lazy, Suspense, useMemo } from "react";
import { NotFound } from "@web/app/shell/not-found";
import { ErrorBoundary } from "@web/kit/error-boundary";
import { pageWidgets } from "@web/lib/widgets";

/** A page that a module brings. */
export function WidgetPage() {
  const { key } = useParams({ strict: false });
  const Page = useMemo(() => {
    const widget = pageWidgets().find((one) => one.key === key);
    return widget ? lazy(async () => ({ default: await widget.load() })) : null;
  }, [key]);
  if (!Page) return <NotFound />;
  return <ErrorBoundary reset_key={key ?? ""}><Suspense><Page /></Suspense></ErrorBoundary>;
}
