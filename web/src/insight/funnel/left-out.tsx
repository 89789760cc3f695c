import type { Figure, FunnelAnswer } from "@web/insight/funnel/funnel-call";
import { FigureLink } from "@web/insight/funnel/figure-link";
import classes from "@web/insight/funnel/funnel.module.css";
import { t, tn } from "@web/lib/i18n";

/** How the figures are to be read, and what is not in them. */
export function LeftOut({ answer }: { answer: FunnelAnswer }) {
  const { without_moves, lost_elsewhere, moved_away, without_amount } = answer.left_out;
  const lines: { key: "without_moves" | "lost_elsewhere" | "moved_away" | "without_amount"; figure: Figure | undefined }[] = [
    { key: "without_moves", figure: without_moves }, { key: "lost_elsewhere", figure: lost_elsewhere },
    { key: "moved_away", figure: moved_away }, { key: "without_amount", figure: without_amount },
  ];
  const found = lines.filter((line) => (line.figure?.count ?? 0) > 0);
  return (
    <section className={classes.part} aria-label={t("funnel.how")}>
      <h2>{t("funnel.how")}</h2>
      <p className="muted">{t(answer.mode === "cohort" ? "funnel.how_cohort" : "funnel.how_period")} {t("funnel.how_both")}</p>
      {found.length > 0 && (
        <ul className={classes.notes}>
          {found.map(({ key, figure }) => <li key={key}><FigureLink count={figure?.count ?? 0} filter={figure?.filter} name={t(`funnel.${key}_name`)}>{tn(`funnel.${key}`, figure?.count ?? 0)}</FigureLink></li>)}
        </ul>
      )}
    </section>
  );
}
