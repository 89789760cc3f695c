import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ErrorNotice } from "@web/kit/error-notice";
import { useMetadata } from "@web/lib/calls/metadata";
import { formatDate, todayKey } from "@web/lib/format/date";
import { formatMoney } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import { Problem } from "@web/lib/problem";
import { useChangesOf } from "@web/lib/use-changes-of";
import { readCalendar } from "./money-calls";
import classes from "./money.module.css";

const kWeeks = 8;

function after(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

/** The payment calendar by week. */
export function CalendarPanel() {
  const metadata = useMetadata();
  const from = todayKey();
  const to = after(from, kWeeks * 7 - 1);
  const { data, error, refetch } = useQuery({ queryKey: ["payment-calendar", from], queryFn: ({ signal }) => readCalendar(from, to, signal) });
  useChangesOf(["payment", "invoice", "planned_payment"], refetch);
  if (error && !data) return error instanceof Problem && error.status === 403 ? null : <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={240} mt={24} />;
  const money = (amount: string) => formatMoney({ amount, currency: data.currency });
  return (
    <section aria-label={t("web.money.calendar")} className={classes.part}>
      <header className={classes.head}>
        <h2>{t("web.money.calendar")}</h2>
        <span className="muted">{t("web.money.opening", { amount: money(data.opening) })}</span>
        {metadata.entity("planned_payment") && <Link to="/$plural" params={{ plural: "planned-payments" }}>{t("web.money.planned")}</Link>}
      </header>
      <div className={classes.wide}>
        <table className={classes.table}>
          <thead><tr>{(["week", "in", "out", "balance"] as const).map((column) => <th key={column} scope="col">{t(`web.money.calendar_${column}`)}</th>)}</tr></thead>
          <tbody>
            {data.periods.map((period) => (
              <tr key={period.from}>
                <th scope="row">{period.from === period.to ? formatDate(period.from) : `${formatDate(period.from)} – ${formatDate(period.to)}`}</th>
                <td>{money(period.in)}</td>
                <td>{money(period.out)}</td>
                <td data-tone={period.balance.startsWith("-") ? "danger" : undefined}>{money(period.balance)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="muted">{t("web.money.calendar_apart", { overdue: money(data.overdue.amount), no_term: money(data.no_term.amount) })}</p>
    </section>
  );
}
