import { Skeleton } from "@mantine/core";
import { IconFilter } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { FigureLink } from "@web/insight/funnel/figure-link";
import { askFunnel, type FunnelAnswer, type FunnelGroup, type Split } from "@web/insight/funnel/funnel-call";
import { FunnelControls, type FunnelSearch } from "@web/insight/funnel/funnel-controls";
import classes from "@web/insight/funnel/funnel.module.css";
import { GroupTable } from "@web/insight/funnel/group-table";
import { LeftOut } from "@web/insight/funnel/left-out";
import { daysOf } from "@web/insight/funnel/periods";
import { percentText, StepRow } from "@web/insight/funnel/step-row";
import { EmptyState } from "@web/kit/empty-state";
import { ErrorNotice } from "@web/kit/error-notice";
import { useMetadata } from "@web/lib/calls/metadata";
import { queryRecords } from "@web/lib/calls/query-records";
import { formatDate, todayKey } from "@web/lib/format/date";
import { formatCompactMoney } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";

const kMostSegments = 30;

/** Only what the caller may see can be split by. */
function useSplits(): Split[] {
  const metadata = useMetadata();
  const fields = metadata.entity("deal")?.fields ?? [];
  const has = (key: string) => fields.some((field) => field.key === key);
  return [
    ...(has("owner") ? (["owner"] as const) : []), ...(has("source") ? (["source"] as const) : []),
    ...(metadata.entity("deal_line") ? (["product"] as const) : []), ...(metadata.entity("segment") ? (["segment"] as const) : []),
  ];
}

/** Segments of deals that the caller may read. */
function useSegments(is_wanted: boolean): number[] | undefined {
  const { data } = useQuery({
    queryKey: ["funnel-segments"], enabled: is_wanted,
    queryFn: ({ signal }) => queryRecords("segments", { filter: { field: "target", op: "eq", value: "deal" }, fields: ["name"], limit: kMostSegments }, signal),
  });
  return data?.items.map((one) => one.id);
}

function Head({ answer }: { answer: FunnelAnswer }) {
  const { total, previous } = answer;
  return (
    <ul className={classes.sums} aria-label={t("funnel.sums")}>
      <li><span className={classes.minor}>{t("funnel.deals")}</span><b><FigureLink {...total.deals} filter={total.deals.filter} name={t("funnel.deals")} /></b></li>
      {total.won && <li><span className={classes.minor}>{t("funnel.won")}</span><b><FigureLink {...total.won} filter={total.won.filter} name={t("funnel.won")} /></b>{total.won.amount !== null && <span className={classes.minor}>{formatCompactMoney({ amount: total.won.amount, currency: answer.currency })}</span>}</li>}
      <li><span className={classes.minor}>{t("funnel.lost")}</span><b><FigureLink {...total.lost} filter={total.lost.filter} name={t("funnel.lost")} /></b></li>
      <li><span className={classes.minor}>{t("funnel.win_rate")}</span><b>{percentText(total.win_rate)}</b>{previous && <span className={classes.minor}>{t("funnel.before")} {percentText(previous.total.win_rate)}</span>}</li>
    </ul>
  );
}

function Steps({ answer }: { answer: FunnelAnswer }) {
  const { steps } = answer.total;
  const most = Math.max(0, ...steps.map((step) => step.entered.count));
  const columns = ["stage", "entered", "conversion", "time", "lost", "here"] as const;
  return (
    <table className={`${classes.table} ${classes.steps}`}>
      <thead><tr>{columns.map((column) => <th key={column} scope="col">{t(`funnel.${column}`)}</th>)}</tr></thead>
      <tbody>{steps.map((step, at) => <StepRow key={step.stages[0] ?? at} step={step} most={most} currency={answer.currency} before={answer.previous?.total.steps[at]} is_last={at + 1 === steps.length} />)}</tbody>
    </table>
  );
}

/** Where sales die: stage by stage, how many get on, how long it takes and what they are lost for. */
export function FunnelPage() {
  const search = useSearch({ strict: false }) as FunnelSearch;
  const navigate = useNavigate();
  const metadata = useMetadata();
  const splits = useSplits();
  const split = search.split && splits.includes(search.split) ? search.split : undefined;
  const segments = useSegments(split === "segment");
  const period = search.period ?? "this_quarter";
  const today = todayKey();
  const days = daysOf(period, today) ?? { from: search.from ?? today, to: search.to ?? today };
  const can_read = metadata.entity("deal")?.can.read === true;
  const is_split = split !== "segment" || (segments?.length ?? 0) > 0;
  const question = {
    pipeline: search.pipeline, mode: search.mode ?? "cohort", period: days, split: is_split ? split : undefined,
    segments: split === "segment" && is_split ? segments : undefined, compare: ["reference" as const, "previous" as const],
  };
  const { data: answer, error, refetch, isPlaceholderData } = useQuery({
    queryKey: ["funnel", question], queryFn: ({ signal }) => askFunnel(question, signal), placeholderData: keepPreviousData, enabled: can_read && (split !== "segment" || segments !== undefined),
  });
  if (!can_read) return <EmptyState icon={<IconFilter size={28} />} title={t("section.funnel")} text={t("funnel.no_right")} />;
  const change = (changes: FunnelSearch) => void navigate({ to: ".", search: ((before: FunnelSearch) => ({ ...before, ...changes })) as never, replace: true });
  const sources = metadata.entity("deal")?.fields.find((field) => field.key === "source")?.options ?? [];
  const labelOf = (group: FunnelGroup) => (typeof group.key === "string" ? (sources.find((option) => split === "source" && option.key === group.key)?.label ?? group.key) : (group.key.title ?? "—"));
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <h1>{t("section.funnel")}</h1>
        <span className="muted">{formatDate(days.from)} – {formatDate(days.to)}</span>
      </header>
      <FunnelControls search={search} pipeline={search.pipeline ?? answer?.pipeline.id} period={period} days={days} splits={splits} onChange={change} />
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!answer && !error && <Skeleton height={320} />}
      {answer && (
        <div aria-busy={isPlaceholderData} className={classes.answer}>
          <Head answer={answer} />
          {answer.total.deals.count === 0
            ? <EmptyState icon={<IconFilter size={28} />} title={t("funnel.nothing")} text={t("funnel.nothing_text")} />
            : <Steps answer={answer} />}
          {split === "segment" && !is_split && <p className="muted">{t("funnel.no_segments")}</p>}
          {answer.groups && split && answer.groups.length > 0 && <GroupTable answer={answer} title={t(`funnel.split_${split}`)} labelOf={labelOf} />}
          <LeftOut answer={answer} />
        </div>
      )}
    </div>
  );
}
