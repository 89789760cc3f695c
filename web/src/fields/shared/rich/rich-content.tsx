import { useLayoutEffect, useRef } from "react";
import { safeFragment } from "@web/fields/shared/rich/html";

/** Formatted text of unknown origin: only harmless tags are drawn. */
export function RichContent({ html }: { html: string }) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    place.current?.replaceChildren(safeFragment(html));
  }, [html]);
  return <div ref={place} style={{ overflowWrap: "anywhere" }} />;
}
