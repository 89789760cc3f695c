import { NativeSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Split } from "@web/insight/funnel/funnel-call";
import classes from "@web/insight/funnel/funnel.module.css";
import { kPeriodNames, type PeriodName } from "@web/insight/funnel/periods";
import { Segments } from "@web/kit/segments";
import { queryRecords } from "@web/lib/calls/query-records";
import { t } from "@web/lib/i18n";

/** What of the report stands in the address. */
export interface FunnelSearch {
  pipeline?: number | undefined;
  mode?: "cohort" | "period" | undefined;
  period?: PeriodName | undefined;
  from?: string | undefined;
  to?: string | undefined;
  split?: Split | undefined;
}

interface FunnelControlsProps {
  search: FunnelSearch;
  pipeline: number | undefined;
  period: PeriodName;
  days: { from: string; to: string };
  splits: Split[];
  onChange: (changes: FunnelSearch) => void;
}

export function FunnelControls({ search, pipeline, period, days, splits, onChange }: FunnelControlsProps) {
  const { data: pipelines } = useQuery({
    queryKey: ["funnel-pipelines"],
    queryFn: ({ signal }) => queryRecords("pipelines", { fields: ["name"], sort: [{ field: "is_archived" }, { field: "position" }], limit: 100 }, signal, true),
  });
  const mode = search.mode ?? "cohort";
  return (
    <div className={classes.controls} role="group" aria-label={t("funnel.controls")}>
      <Segments label={t("funnel.mode")} value={mode} options={[{ value: "cohort", label: t("funnel.mode_cohort") }, { value: "period", label: t("funnel.mode_period") }]} onChange={(next) => onChange({ mode: next })} />
      {(pipelines?.items.length ?? 0) > 1 && <NativeSelect aria-label={t("funnel.pipeline")} value={String(pipeline ?? "")} onChange={(event) => onChange({ pipeline: Number(event.currentTarget.value) })} data={(pipelines?.items ?? []).map((one) => ({ value: String(one.id), label: String(one.name) }))} />}
      <NativeSelect aria-label={t("funnel.period")} value={period} onChange={(event) => onChange({ period: event.currentTarget.value as PeriodName, from: days.from, to: days.to })} data={kPeriodNames.map((name) => ({ value: name, label: t(`funnel.period_${name}`) }))} />
      {period === "between" && <>
        <TextInput type="date" aria-label={t("funnel.from")} value={days.from} max={days.to} onChange={(event) => onChange({ from: event.currentTarget.value || days.from })} />
        <TextInput type="date" aria-label={t("funnel.to")} value={days.to} min={days.from} onChange={(event) => onChange({ to: event.currentTarget.value || days.to })} />
      </>}
      <NativeSelect aria-label={t("funnel.split")} value={search.split ?? ""} onChange={(event) => onChange({ split: (event.currentTarget.value || undefined) as Split | undefined })} data={[{ value: "", label: t("funnel.split_none") }, ...splits.map((split) => ({ value: split, label: t(`funnel.split_${split}`) }))]} />
    </div>
  );
}
