import { Link } from "@tanstack/react-router";
import { rowsOf, type LostPart } from "@web/insight/lost/lost-call";
import classes from "@web/insight/lost/lost.module.css";
import { useMe } from "@web/lib/calls/me";
import { useMetadata } from "@web/lib/calls/metadata";
import { formatCompactMoney, formatInteger } from "@web/lib/format/number";
import { t, tn } from "@web/lib/i18n";

const kShown = 15;

/** Lost deals by one thing: how many, how much, and their share as a bar. */
export function LostTable({ title, part }: { title: string; part: LostPart }) {
  const metadata = useMetadata();
  const { currency } = useMe();
  const rows = rowsOf(part);
  const plural = metadata.entity(part.entity)?.plural ?? part.entity;
  const most = Math.max(1, ...rows.map((row) => row.count));
  const has_amount = rows.some((row) => row.amount !== null);
  const without = part.result.left_out?.without_group ?? 0;
  return (
    <section aria-label={title} className={classes.part}>
      <h2>{title}</h2>
      {rows.length === 0 ? <p className="muted">{t("lost.none_named")}</p> : (
        <table>
          <thead><tr><th scope="col"><span className="unseen">{title}</span></th><th scope="col">{t("lost.deals")}</th>{has_amount && <th scope="col">{t("lost.amount")}</th>}</tr></thead>
          <tbody>
            {rows.slice(0, kShown).map((row) => (
              <tr key={row.id}>
                <th scope="row"><span>{row.title}</span><span className={classes.bar} style={{ width: `${(row.count / most) * 100}%` }} aria-hidden="true" /></th>
                <td><Link to="/$plural" params={{ plural }} search={{ view: "all", as: "list", filter: row.filter } as never} aria-label={`${row.title}: ${row.count}`}>{formatInteger(row.count)}</Link></td>
                {has_amount && <td>{row.amount ? formatCompactMoney({ amount: row.amount, currency }) : "—"}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {without > 0 && rows.length > 0 && <p className="muted">{tn("lost.without", without)}</p>}
    </section>
  );
}
