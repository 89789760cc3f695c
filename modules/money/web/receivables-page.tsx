import { Skeleton } from "@mantine/core";
import { IconReportMoney } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { EmptyState } from "@web/kit/empty-state";
import { ErrorNotice } from "@web/kit/error-notice";
import { Segments } from "@web/kit/segments";
import { useMetadata } from "@web/lib/calls/metadata";
import { formatDate } from "@web/lib/format/date";
import { t } from "@web/lib/i18n";
import { useChangesOf } from "@web/lib/use-changes-of";
import { AgeTable } from "./age-table";
import { CalendarPanel } from "./calendar-panel";
import { DebtFigure } from "./debt-figure";
import { readReceivables } from "./money-calls";
import classes from "./money.module.css";

type Split = "owner" | "company" | "own_company";

/** Who owes how much and since when; what is expected in and out. */
export function ReceivablesPage() {
  const metadata = useMetadata();
  const [split, setSplit] = useState<Split>("owner");
  const can_read = metadata.entity("invoice")?.can.read === true;
  const { data, error, refetch } = useQuery({ queryKey: ["receivables", split], queryFn: ({ signal }) => readReceivables(split, signal), placeholderData: keepPreviousData, enabled: can_read });
  useChangesOf(["payment", "invoice"], refetch);
  if (!can_read) return <EmptyState icon={<IconReportMoney size={28} />} title={t("web.money.receivables")} text={t("web.money.no_right")} />;
  const splits: Split[] = ["owner", "company", "own_company"];
  return (
    <div className={classes.page}>
      <header className={classes.head}><h1>{t("web.money.receivables")}</h1>{data && <span className="muted">{t("web.money.on_day", { date: formatDate(data.today) })}</span>}</header>
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={240} />}
      {data && (
        <>
          <ul className={classes.sums} aria-label={t("web.money.receivables")}>
            <li><span className="muted">{t("web.money.total")}</span><DebtFigure debt={data.total.total} currency={data.currency} name={t("web.money.total")} /></li>
            <li><span className="muted">{t("web.money.overdue")}</span><DebtFigure debt={data.total.overdue} currency={data.currency} name={t("web.money.overdue")} /></li>
            {data.advances && <li><span className="muted">{t("web.money.advances")}</span><DebtFigure debt={data.advances} currency={data.currency} name={t("web.money.advances")} plural="payments" /></li>}
            {data.unallocated && <li><span className="muted">{t("web.money.review")}</span><DebtFigure debt={data.unallocated} currency={data.currency} name={t("web.money.review")} plural="payments" /></li>}
          </ul>
          <Segments label={t("web.money.split")} value={split} onChange={(next) => setSplit(next as Split)} options={splits.map((value) => ({ value, label: t(`web.money.by_${value}`) }))} />
          <AgeTable answer={data} title={t(`web.money.by_${split}`)} />
        </>
      )}
      <CalendarPanel />
    </div>
  );
}
