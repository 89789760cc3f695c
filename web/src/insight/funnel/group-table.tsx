import type { FunnelAnswer, FunnelGroup } from "@web/insight/funnel/funnel-call";
import { FigureLink } from "@web/insight/funnel/figure-link";
import classes from "@web/insight/funnel/funnel.module.css";
import { percentText } from "@web/insight/funnel/step-row";
import { allOf, type Filter } from "@web/lib/filter";
import { formatCompactMoney } from "@web/lib/format/number";
import { t, tn } from "@web/lib/i18n";

interface GroupTableProps {
  answer: FunnelAnswer;
  title: string;
  labelOf: (group: FunnelGroup) => string;
}

/** The funnel of each manager, source, product or segment: a line each. */
export function GroupTable({ answer, title, labelOf }: GroupTableProps) {
  const groups = answer.groups ?? [];
  const within = (filter: Filter | undefined, group: FunnelGroup) => allOf(filter, group.condition) ?? undefined;
  const { without_group, other_groups = 0 } = answer.left_out;
  return (
    <section className={classes.part} aria-label={title}>
      <h2>{title}</h2>
      <div className={classes.wide} tabIndex={0} role="group" aria-label={title}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{title}</th>
              <th scope="col">{t("funnel.deals")}</th>
              {answer.total.steps.map((step) => <th key={step.stages[0] ?? step.title} scope="col">{step.title}</th>)}
              <th scope="col">{t("funnel.lost")}</th>
              <th scope="col">{t("funnel.win_rate")}</th>
              <th scope="col">{t("funnel.won_amount")}</th>
            </tr>
          </thead>
          <tbody>
            {groups.map((group) => {
              const label = labelOf(group);
              return (
                <tr key={typeof group.key === "string" ? group.key : group.key.id}>
                  <th scope="row">{label}</th>
                  <td><FigureLink count={group.sums.deals.count} filter={within(answer.total.deals.filter, group)} name={label} /></td>
                  {group.sums.steps.map((step, at) => (
                    <td key={step.stages[0] ?? step.title}>
                      <FigureLink count={step.entered.count} filter={within(answer.total.steps[at]?.entered.filter, group)} name={`${label}, ${step.title}`} />
                      <span className={classes.minor}>{percentText(step.from_start)}</span>
                    </td>
                  ))}
                  <td><FigureLink count={group.sums.lost.count} filter={within(answer.total.lost.filter, group)} name={`${label}, ${t("funnel.lost")}`} /></td>
                  <td>{percentText(group.sums.win_rate)}</td>
                  <td>{group.sums.won?.amount ? formatCompactMoney({ amount: group.sums.won.amount, currency: answer.currency }) : "—"}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {without_group && without_group.count > 0 && <p className="muted"><FigureLink count={without_group.count} filter={without_group.filter} name={t("funnel.without_group_name")}>{tn("funnel.without_group", without_group.count)}</FigureLink></p>}
      {other_groups > 0 && <p className="muted">{tn("funnel.other_groups", other_groups)}</p>}
    </section>
  );
}
