import { Button, NumberInput } from "@mantine/core";
import { IconClipboardCheck, IconListCheck, IconScale } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { EmptyState } from "@web/kit/empty-state";
import { ErrorNotice } from "@web/kit/error-notice";
import { Segments } from "@web/kit/segments";
import { aggregate } from "@web/lib/calls/aggregate";
import { useMetadata } from "@web/lib/calls/metadata";
import type { Filter } from "@web/lib/filter";
import { formatInteger } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import { countGaps, startCardSample, startFillTasks } from "./client-calls";
import { WeightsDialog } from "./weights-dialog";
import classes from "./clients.module.css";

const kSample = 5;

interface Line {
  owner: { id: number; title: string } | null;
  cards: number;
  score: number | null;
  low: number;
}

/** How full the cards of each manager are; tasks for the gaps and a sample for the controller in one click. */
export function CompletenessPage() {
  const metadata = useMetadata();
  const entities = ["company", "contact"].map((key) => metadata.entity(key)).filter((entity) => entity?.can.read === true && entity.fields.some((field) => field.key === "fill_score"));
  const [key, setKey] = useState(entities[0]?.key ?? "");
  const [is_weighing, setWeighing] = useState(false);
  const [below, setBelow] = useState(60);
  const entity = entities.find((one) => one?.key === key);
  const low: Filter = { field: "fill_score", op: "lt", value: below };
  const { data: lines, error, refetch } = useQuery({
    queryKey: ["completeness", key, below], enabled: Boolean(entity),
    queryFn: async ({ signal }): Promise<Line[]> => {
      const [all, few] = await Promise.all([
        aggregate(entity?.plural ?? "", null, ["owner"], [{ fn: "count" }, { fn: "avg", field: "fill_score" }], signal),
        aggregate(entity?.plural ?? "", low, ["owner"], [{ fn: "count" }], signal),
      ]);
      const counts = new Map(few.groups.map((group) => [JSON.stringify(group.key.owner), Number(group.values[0])]));
      return all.groups.map((group) => ({ owner: (group.key.owner ?? null) as Line["owner"], cards: Number(group.values[0]), score: group.values[1] === null ? null : Number(group.values[1]), low: counts.get(JSON.stringify(group.key.owner)) ?? 0 })).sort((a, b) => (a.score ?? 0) - (b.score ?? 0));
    },
  });
  if (!entity) return <EmptyState icon={<IconClipboardCheck size={28} />} title={t("web.completeness.title")} text={t("web.completeness.nothing")} />;
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  const run = async (work: () => Promise<string>) => {
    try {
      showToast({ tone: "success", text: await work() });
    } catch (problem) {
      showToast({ tone: "danger", text: messageOf(problem) });
    }
  };
  const give = () => run(async () => {
    const { count } = await countGaps(key, below);
    await startFillTasks(key, below);
    return t("web.completeness.tasks_started", { count: formatInteger(count) });
  });
  const sample = () => run(async () => {
    await startCardSample(key, kSample);
    return t("web.completeness.sample_started");
  });
  return (
    <section className={classes.page} aria-label={t("web.completeness.title")}>
      <header className={classes.head}>
        <h1>{t("web.completeness.title")}</h1>
        <Segments label={t("web.completeness.section")} value={key} options={entities.map((one) => ({ value: one?.key ?? "", label: one?.label.many ?? "" }))} onChange={setKey} />
        <NumberInput aria-label={t("web.completeness.bar")} value={below} onChange={(value) => setBelow(Math.min(100, Math.max(1, Number(value) || 60)))} min={1} max={100} suffix=" %" w={96} />
        <Button size="sm" leftSection={<IconListCheck size={16} />} onClick={() => void give()}>{t("web.completeness.give_tasks")}</Button>
        <Button size="sm" variant="default" leftSection={<IconClipboardCheck size={16} />} onClick={() => void sample()}>{t("web.completeness.sample")}</Button>
        {metadata.entity("fill_weight")?.can.update && <Button size="sm" variant="default" leftSection={<IconScale size={16} />} onClick={() => setWeighing(true)}>{t("web.completeness.weights")}</Button>}
      </header>
      <table className={classes.table}>
        <thead><tr><th scope="col">{t("web.completeness.manager")}</th><th scope="col" className={classes.number}>{t("web.completeness.cards")}</th><th scope="col" className={classes.number}>{t("web.completeness.score")}</th><th scope="col" className={classes.number}>{t("web.completeness.low")}</th></tr></thead>
        <tbody>
          {(lines ?? []).map((line) => (
            <tr key={line.owner?.id ?? 0}>
              <td>{line.owner?.title ?? "—"}</td>
              <td className={classes.number}>{formatInteger(line.cards)}</td>
              <td className={classes.number}>{line.score === null ? "—" : `${formatInteger(Math.round(line.score))} %`}</td>
              <td className={classes.number}><Link to="/$plural" params={{ plural: entity.plural }} search={{ filter: { and: [low, line.owner ? { field: "owner", op: "eq", value: line.owner.id } : { field: "owner", op: "is_empty" }] } } as never}>{formatInteger(line.low)}</Link></td>
            </tr>
          ))}
        </tbody>
      </table>
      {is_weighing && <WeightsDialog entity={entity} onClose={() => { setWeighing(false); void refetch(); }} />}
    </section>
  );
}
