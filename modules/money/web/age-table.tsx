import { formatInteger } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import { DebtFigure } from "./debt-figure";
import type { Debt, Receivables } from "./money-calls";
import classes from "./money.module.css";

/** A line for each group, a column for each age; every figure opens its invoices. */
export function AgeTable({ answer, title }: { answer: Receivables; title: string }) {
  const ages = answer.total.ages.filter((age) => age.count > 0);
  const filterOf = (of: Debt, condition: Receivables["groups"][number]["condition"]) => (of.filter ? ({ and: [of.filter, condition] } as typeof condition) : undefined);
  return (
    <div className={classes.wide}>
      <table className={classes.table} aria-label={title}>
        <thead><tr><th scope="col">{title}</th><th scope="col">{t("web.money.total")}</th>{ages.map((age) => <th key={age.age} scope="col">{t(`web.money.age_${age.age}`)}</th>)}</tr></thead>
        <tbody>
          {answer.groups.map((group) => {
            const name = group.key ? group.key.title || `№ ${group.key.id}` : t("web.money.nobody");
            return (
              <tr key={group.key?.id ?? 0}>
                <th scope="row">{name}</th>
                <td><DebtFigure debt={group.sums.total} currency={answer.currency} name={name} filter={filterOf(answer.total.total, group.condition)} /></td>
                {ages.map((age) => {
                  const debt = group.sums.ages.find((each) => each.age === age.age);
                  return <td key={age.age}>{debt && <DebtFigure debt={debt} currency={answer.currency} name={`${name}, ${t(`web.money.age_${age.age}`)}`} filter={filterOf(age, group.condition)} />}</td>;
                })}
              </tr>
            );
          })}
        </tbody>
        <tfoot><tr><th scope="row">{t("web.money.total")}</th><td><DebtFigure debt={answer.total.total} currency={answer.currency} name={t("web.money.total")} /></td>{ages.map((age) => <td key={age.age}><DebtFigure debt={age} currency={answer.currency} name={t(`web.money.age_${age.age}`)} /></td>)}</tr></tfoot>
      </table>
      {answer.other_groups > 0 && <p className="muted">{t("web.money.other_groups", { count: formatInteger(answer.other_groups) })}</p>}
    </div>
  );
}
