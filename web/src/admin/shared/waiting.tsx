import { Skeleton } from "@mantine/core";
import classes from "@web/admin/shared/admin.module.css";

/** The shape of a list that is on its way. */
export function Waiting({ rows = 6 }: { rows?: number }) {
  return (
    <div className={classes.rows} aria-busy="true">
      {Array.from({ length: rows }, (_, at) => <div key={at} className={classes.row}><Skeleton height={14} width={`${70 - ((at * 17) % 40)}%`} my={6} /></div>)}
    </div>
  );
}
