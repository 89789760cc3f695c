import { useQuery } from "@tanstack/react-query";
import { IconCoins } from "@tabler/icons-react";
import { useEffect } from "react";
import { formatMoney } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import { onChanges } from "@web/lib/live";
import type { CardWidgetProps } from "@web/lib/widgets";
import { readCredit } from "./money-calls";
import classes from "./money.module.css";

/** What the company owes and may owe. */
export function CompanyCredit({ record }: CardWidgetProps) {
  const { data, refetch } = useQuery({ queryKey: ["company-credit", record.id], queryFn: ({ signal }) => readCredit(record.id, signal), retry: false });
  useEffect(() => onChanges((changes) => { if (changes.some((change) => change.entity === "payment" || change.entity === "invoice")) void refetch(); }), [refetch]);
  const is_nothing = !data || (data.limit === null && Number(data.debt) === 0 && Number(data.advances) === 0);
  if (is_nothing) return null;
  const line = (key: "debt" | "overdue" | "advances" | "limit" | "available", amount: string | null) =>
    amount === null || (Number(amount) === 0 && key !== "available") ? null : <div key={key} data-tone={key === "overdue" || amount.startsWith("-") ? "danger" : undefined}><dt>{t(`web.money.credit_${key}`)}</dt><dd>{formatMoney({ amount, currency: data.currency })}</dd></div>;
  return (
    <section className={classes.panel} aria-label={t("web.money.credit")}>
      <header><IconCoins size={16} aria-hidden="true" /><h3>{t("web.money.credit")}</h3></header>
      <dl className={classes.counts}>
        {line("debt", data.debt)}{line("overdue", data.overdue)}{line("advances", data.advances)}{line("limit", data.limit)}{line("available", data.available)}
      </dl>
    </section>
  );
}
