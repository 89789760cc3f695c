import { NativeSelect, Skeleton, TextInput } from "@mantine/core";
import { IconMoodSad } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import funnel from "@web/insight/funnel/funnel.module.css";
import { daysOf, kPeriodNames, type PeriodName } from "@web/insight/funnel/periods";
import { askLost, rowsOf, type LostKey } from "@web/insight/lost/lost-call";
import { LostTable } from "@web/insight/lost/lost-table";
import classes from "@web/insight/lost/lost.module.css";
import { EmptyState } from "@web/kit/empty-state";
import { ErrorNotice } from "@web/kit/error-notice";
import { useMetadata } from "@web/lib/calls/metadata";
import { queryRecords } from "@web/lib/calls/query-records";
import { formatDate, todayKey } from "@web/lib/format/date";
import { t } from "@web/lib/i18n";

/** What of the report stands in the address. */
interface LostSearch {
  pipeline?: number | undefined;
  period?: PeriodName | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

const kParts: LostKey[] = ["reason", "stage", "manager", "competitor"];

/** Why deals die: by reason, stage, manager and competitor; every number opens its records. */
export function LostPage() {
  const search = useSearch({ strict: false }) as LostSearch;
  const navigate = useNavigate();
  const can_read = useMetadata().entity("deal")?.can.read === true;
  const period = search.period ?? "this_quarter";
  const today = todayKey();
  const days = daysOf(period, today) ?? { from: search.from ?? today, to: search.to ?? today };
  const question = { ...days, pipeline: search.pipeline };
  const { data: answer, error, refetch, isPlaceholderData } = useQuery({ queryKey: ["lost-deals", question], queryFn: ({ signal }) => askLost(question, signal), placeholderData: keepPreviousData, enabled: can_read });
  const { data: pipelines } = useQuery({
    queryKey: ["funnel-pipelines"], enabled: can_read,
    queryFn: ({ signal }) => queryRecords("pipelines", { fields: ["name"], sort: [{ field: "is_archived" }, { field: "position" }], limit: 100 }, signal, true),
  });
  if (!can_read) return <EmptyState icon={<IconMoodSad size={28} />} title={t("section.lost")} text={t("funnel.no_right")} />;
  const change = (changes: LostSearch) => void navigate({ to: ".", search: ((before: LostSearch) => ({ ...before, ...changes })) as never, replace: true });
  const total = answer ? rowsOf(answer.reason).reduce((sum, row) => sum + row.count, 0) + (answer.reason.result.left_out?.without_group ?? 0) : 0;
  return (
    <div className={funnel.page}>
      <header className={funnel.head}>
        <h1>{t("section.lost")}</h1>
        <span className="muted">{formatDate(days.from)} – {formatDate(days.to)}</span>
      </header>
      <div className={funnel.controls} role="group" aria-label={t("funnel.controls")}>
        <NativeSelect aria-label={t("funnel.period")} value={period} onChange={(event) => change({ period: event.currentTarget.value as PeriodName, from: days.from, to: days.to })} data={kPeriodNames.map((name) => ({ value: name, label: t(`funnel.period_${name}`) }))} />
        {period === "between" && <>
          <TextInput type="date" aria-label={t("funnel.from")} value={days.from} max={days.to} onChange={(event) => change({ from: event.currentTarget.value || days.from })} />
          <TextInput type="date" aria-label={t("funnel.to")} value={days.to} min={days.from} onChange={(event) => change({ to: event.currentTarget.value || days.to })} />
        </>}
        {(pipelines?.items.length ?? 0) > 1 && <NativeSelect aria-label={t("funnel.pipeline")} value={String(search.pipeline ?? "")} onChange={(event) => change({ pipeline: Number(event.currentTarget.value) || undefined })} data={[{ value: "", label: t("lost.all_pipelines") }, ...(pipelines?.items ?? []).map((one) => ({ value: String(one.id), label: String(one.name) }))]} />}
      </div>
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!answer && !error && <Skeleton height={320} />}
      {answer && total === 0 && <EmptyState icon={<IconMoodSad size={28} />} title={t("lost.nothing")} text={t("lost.nothing_text")} />}
      {answer && total > 0 && (
        <div className={`${funnel.answer} ${classes.parts}`} aria-busy={isPlaceholderData}>
          {kParts.map((key) => {
            const part = answer[key];
            return part && <LostTable key={key} title={t(`lost.by_${key}`)} part={part} />;
          })}
        </div>
      )}
    </div>
  );
}
