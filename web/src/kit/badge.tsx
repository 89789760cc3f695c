import type { ReactNode } from "react";
import classes from "@web/kit/badge.module.css";
import type { Tone } from "@web/kit/tone";

export function Badge({ tone = "neutral", children, title }: { tone?: Tone; children: ReactNode; title?: string }) {
  return <span className={classes.badge} data-tone={tone} title={title}>{children}</span>;
}
