import { useQuery } from "@tanstack/react-query";
import classes from "@web/app/shell/shell.module.css";
import { useChangesOf } from "@web/lib/use-changes-of";
import type { PageWidget } from "@web/lib/widgets";

/** The number beside a menu entry; asked anew after changes of what it counts. */
export function MenuBadge({ page }: { page: PageWidget }) {
  const badge = page.badge;
  const { data, refetch } = useQuery({ queryKey: ["badge", page.key], queryFn: ({ signal }) => badge?.read(signal) ?? 0, retry: false });
  useChangesOf(badge?.entities ?? [], refetch);
  return data ? <span className={`${classes.count} numbers`}>{data > 99 ? "99+" : data}</span> : null;
}
