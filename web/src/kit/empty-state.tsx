import type { ReactNode } from "react";
import classes from "@web/kit/empty-state.module.css";

/** An empty screen says what it is for and offers the first action. */
export function EmptyState({ icon, title, text, action }: { icon?: ReactNode; title: string; text?: string; action?: ReactNode }) {
  return (
    <div className={classes.empty}>
      {icon && <div className={classes.icon}>{icon}</div>}
      <h2>{title}</h2>
      {text && <p className="muted">{text}</p>}
      {action && <div className={classes.action}>{action}</div>}
    </div>
  );
}
