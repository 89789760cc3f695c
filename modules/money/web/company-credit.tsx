import { useQuery } from "@tanstack/react-query";
import { IconCoins } from "@tabler/icons-react";
import { ErrorNotice } from "@web/kit/error-notice";
import { formatMoney } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import { Problem } from "@web/lib/problem";
import { useChangesOf } from "@web/lib/use-changes-of";
import type { CardWidgetProps } from "@web/lib/widgets";
import { readCredit } from "./money-calls";
import classes from "./money.module.css";

/** What the company owes and may owe. */
export function CompanyCredit({ record }: CardWidgetProps) {
  const { data, error, refetch } = useQuery({ queryKey: ["company-credit", record.id], queryFn: ({ signal }) => readCredit(record.id, signal) });
  useChangesOf(["payment", "invoice"], refetch);
  // Who may not see money has no such part of the card.
  const is_hidden = error instanceof Problem && (error.status === 403 || error.status === 404);
  if (error && !data && !is_hidden) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
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
