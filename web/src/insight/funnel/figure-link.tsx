import { Link } from "@tanstack/react-router";
import type { Filter } from "@web/lib/filter";
import { formatInteger } from "@web/lib/format/number";

/** A number that opens the deals behind it. `name`: what it counts, for those who do not see where it stands. */
export function FigureLink({ count, filter, name, children }: { count: number; filter: Filter | undefined; name: string; children?: string }) {
  const text = children ?? formatInteger(count);
  if (!filter || count === 0) return <span>{text}</span>;
  return <Link to="/$plural" params={{ plural: "deals" }} search={{ view: "all", as: "list", filter } as never} aria-label={`${name}: ${text}`}>{text}</Link>;
}
