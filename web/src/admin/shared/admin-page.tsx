import type { ReactNode } from "react";
import classes from "@web/admin/shared/admin.module.css";

interface AdminPageProps {
  title: string;
  /** One or two sentences: what is decided here. */
  hint?: string;
  actions?: ReactNode;
  children: ReactNode;
}

export function AdminPage({ title, hint, actions, children }: AdminPageProps) {
  return (
    <section className={classes.page} aria-label={title}>
      <header className={classes.head}>
        <div className={classes.titles}><h1>{title}</h1>{hint && <p>{hint}</p>}</div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </header>
      {children}
    </section>
  );
}
