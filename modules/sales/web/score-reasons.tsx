import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import type { CardWidgetProps } from "@web/lib/widgets";
import classes from "./sales.module.css";

interface Reason {
  field: string;
  value: string;
  effect: number;
}

/** Why the score is what it is: points of percent above or below the usual. */
export function ScoreReasons({ entity, record }: CardWidgetProps) {
  const metadata = useMetadata();
  const reasons = record.score_reasons as Reason[] | null | undefined;
  if (!reasons || reasons.length === 0 || typeof record.score !== "number") return null;
  const label = (owner: Entity, field: string): string => {
    if (field === "past_wins") return t("web.scores.past_wins");
    if (field === "last_win") return t("web.scores.last_win");
    const [first = "", rest] = field.split(".");
    const found = metadata.field(owner, first);
    const target = rest && found?.to?.[0] ? metadata.entity(found.to[0]) : undefined;
    return target && rest ? label(target, rest) : found?.label ?? field;
  };
  const shown = (reason: Reason): string => {
    const option = metadata.field(entity, reason.field)?.options?.find((one) => one.key === reason.value);
    return option?.label ?? reason.value;
  };
  return (
    <section aria-label={t("web.scores.title")}>
      <h3>{t("web.scores.title")}: {record.score} %</h3>
      <ul className={classes.reasons}>
        {reasons.map((reason) => reason.field === "base_rate" ? <li key="base">{t("web.scores.base_rate")}</li> : (
          <li key={reason.field}><span>{label(entity, reason.field)}: {shown(reason)}</span><b>{reason.effect > 0 ? "+" : "−"}{Math.abs(reason.effect)}</b></li>
        ))}
      </ul>
    </section>
  );
}
