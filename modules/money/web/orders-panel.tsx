import { Button, Checkbox } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { queryRecords } from "@web/lib/calls/query-records";
import { formatDate } from "@web/lib/format/date";
import { formatMoney } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import { useChangesOf } from "@web/lib/use-changes-of";
import type { Link as Linked, Money } from "@web/lib/values";
import { faultsOf } from "./faults-of";
import { Faults } from "./faults";
import { takeOrders } from "./take-orders";
import classes from "./money.module.css";

const kShown = 50;
const kWaiting = {
  filter: { and: [
    { field: "direction", op: "eq" as const, value: "out" },
    { field: "state", op: "eq" as const, value: "posted" },
    { field: "kind", op: "eq" as const, value: "bank" },
    { field: "statement", op: "is_empty" as const },
  ] },
  sort: [{ field: "date", desc: true }],
  fields: ["name", "number", "date", "amount", "company"],
  limit: kShown,
};

/** Outgoing payments that no statement has brought yet: chosen ones go to the bank as a file of payment orders. */
export function OrdersPanel() {
  const [chosen, setChosen] = useState<number[]>([]);
  const [faults, setFaults] = useState<string[]>([]);
  const [is_busy, setBusy] = useState(false);
  const { data, refetch } = useQuery({ queryKey: ["payment-orders"], queryFn: ({ signal }) => queryRecords("payments", kWaiting, signal) });
  useChangesOf(["payment"], refetch);
  const waiting = data?.items ?? [];
  if (waiting.length === 0) return null;
  const wanted = chosen.filter((id) => waiting.some((payment) => payment.id === id));
  const mark = (id: number, is_chosen: boolean) => {
    setFaults([]);
    setChosen(is_chosen ? [...wanted, id] : wanted.filter((each) => each !== id));
  };
  const take = async () => {
    setBusy(true);
    setFaults([]);
    try {
      await takeOrders(wanted);
    } catch (problem) {
      setFaults(faultsOf(problem));
    }
    setBusy(false);
  };
  return (
    <section aria-label={t("web.money.orders")} className={classes.part}>
      <header className={classes.head}>
        <h2>{t("web.money.orders")}</h2>
        <span className="muted">{t("web.money.orders_about")}</span>
      </header>
      <Faults title={t("web.money.orders_refused")} faults={faults} />
      <div className={classes.wide}>
        <table className={classes.table}>
          <tbody>
            {waiting.map((payment) => (
              <tr key={payment.id}>
                <th scope="row">
                  <Checkbox checked={wanted.includes(payment.id)} onChange={(event) => mark(payment.id, event.currentTarget.checked)} label={String(payment.name)} />
                </th>
                <td>{(payment.company as Linked | null)?.title ?? ""}</td>
                <td>{formatDate(payment.date as string)}</td>
                <td>{formatMoney(payment.amount as Money)}</td>
                <td><Link to="/$plural/$id" params={{ plural: "payments", id: String(payment.id) }}>{t("web.money.order_open")}</Link></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className={classes.row}>
        <Button size="sm" variant="default" leftSection={<IconDownload size={16} />} loading={is_busy} disabled={wanted.length === 0} onClick={() => void take()}>{t("web.money.orders_take")}</Button>
      </div>
    </section>
  );
}
