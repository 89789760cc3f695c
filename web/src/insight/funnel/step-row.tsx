import type { FunnelStep } from "@web/insight/funnel/funnel-call";
import { FigureLink } from "@web/insight/funnel/figure-link";
import classes from "@web/insight/funnel/funnel.module.css";
import { formatCompactMoney, formatDecimal, formatInteger } from "@web/lib/format/number";
import { t, tn } from "@web/lib/i18n";

const kHour_s = 3600;
const kDay_s = 86_400;
const kShownReasons = 3;

/** «40 мин», «7 ч», «12 дн»: as exact as one reads it. */
export function stayText(seconds: number | null): string {
  if (seconds === null) return "—";
  if (seconds < kHour_s) return t("funnel.minutes", { count: formatInteger(Math.round(seconds / 60)) });
  if (seconds < 2 * kDay_s) return t("funnel.hours", { count: formatInteger(Math.round(seconds / kHour_s)) });
  return t("funnel.days", { count: formatInteger(Math.round(seconds / kDay_s)) });
}

export function percentText(text: string | null | undefined): string {
  return text === null || text === undefined ? "—" : `${formatDecimal(String(Math.round(Number(text) * 10) / 10))} %`;
}

/** How far a share is from what it should be, in points: a sign, a word and a colour. */
function Against({ share, base, word }: { share: string | null; base: string | null | undefined; word: string }) {
  if (share === null || base === null || base === undefined) return null;
  const points = Math.round((Number(share) - Number(base)) * 10) / 10;
  const tone = points < 0 ? classes.worse : points > 0 ? classes.better : undefined;
  return <span className={classes.against}>{word} {percentText(base)} <span className={tone}>{points > 0 ? "+" : ""}{formatDecimal(String(points))}</span></span>;
}

interface StepRowProps {
  step: FunnelStep;
  /** The largest number of the first column: its bar is whole. */
  most: number;
  currency: string;
  before: FunnelStep | undefined;
  is_last: boolean;
}

export function StepRow({ step, most, currency, before, is_last }: StepRowProps) {
  const name = (what: string) => `${step.title}, ${what}`;
  const shown = step.reasons.slice(0, kShownReasons);
  return (
    <tr>
      <th scope="row">
        <span className={classes.title}>{step.title}</span>
        <span className={classes.track} aria-hidden="true"><span className={classes.bar} data-kind={step.kind} style={{ width: `${most === 0 ? 0 : (step.entered.count / most) * 100}%` }} /></span>
      </th>
      <td data-label={t("funnel.entered")}>
        <span className={classes.main}><FigureLink {...step.entered} filter={step.entered.filter} name={name(t("funnel.entered"))} /></span>
        {step.entered.amount !== null && <span className={classes.minor}>{formatCompactMoney({ amount: step.entered.amount, currency })}</span>}
        {step.passed_by.count > 0 && <span className={classes.minor}><FigureLink count={step.passed_by.count} filter={step.passed_by.filter} name={name(t("funnel.passed_by_name"))}>{tn("funnel.passed_by", step.passed_by.count)}</FigureLink></span>}
        {before && <span className={classes.minor}>{t("funnel.was", { count: formatInteger(before.entered.count) })}</span>}
      </td>
      <td data-label={t("funnel.conversion")}>
        {is_last ? <span className={classes.main}>—</span> : <span className={classes.main}>{step.passed ? <FigureLink count={step.passed.count} filter={step.passed.filter} name={name(t("funnel.passed"))}>{percentText(step.conversion)}</FigureLink> : "—"}</span>}
        <span className={classes.minor}>{t("funnel.from_start", { share: percentText(step.from_start) })}</span>
        {!is_last && <Against share={step.conversion} base={step.reference?.conversion} word={t("funnel.reference")} />}
        {!is_last && <Against share={step.conversion} base={before?.conversion} word={t("funnel.before")} />}
      </td>
      <td data-label={t("funnel.time")}>
        <span className={classes.main}>{stayText(step.time.median_s)}</span>
        {step.time.p80_s !== null && <span className={classes.minor}>{t("funnel.p80", { time: stayText(step.time.p80_s) })}</span>}
        {step.reference?.days && <span className={classes.minor}>{t("funnel.reference_days", { count: formatDecimal(step.reference.days) })}</span>}
      </td>
      <td data-label={t("funnel.lost")}>
        <span className={classes.main}><FigureLink {...step.lost} filter={step.lost.filter} name={name(t("funnel.lost"))} /></span>
        {shown.map((reason) => (
          <span key={reason.reason?.id ?? 0} className={classes.minor}><FigureLink count={reason.count} filter={reason.filter} name={name(reason.reason?.title ?? t("funnel.no_reason"))}>{`${reason.reason?.title ?? t("funnel.no_reason")} ${formatInteger(reason.count)}`}</FigureLink></span>
        ))}
        {step.reasons.length > shown.length && <span className={classes.minor}>{tn("funnel.more_reasons", step.reasons.length - shown.length)}</span>}
      </td>
      <td data-label={t("funnel.here")}><span className={classes.main}><FigureLink {...step.here} filter={step.here.filter} name={name(t("funnel.here"))} /></span></td>
    </tr>
  );
}
