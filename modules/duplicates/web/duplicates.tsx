import { Button } from "@mantine/core";
import { IconCopyCheck, IconRefresh } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { EmptyState } from "@web/kit/empty-state";
import { ErrorNotice } from "@web/kit/error-notice";
import { Segments } from "@web/kit/segments";
import { readDuplicates, type DuplicatePair } from "@web/lib/calls/duplicates";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import { onChanges } from "@web/lib/live";
import { MergeDialog } from "@web/records/merge/merge-dialog";
import { DuplicateLine } from "./duplicate-line";
import classes from "./duplicates.module.css";
import { useBaseCheck } from "./use-base-check";

const kChecked = ["company", "contact", "lead"];

/** Pairs that look like one client, the most alike first; each is merged or set aside for good. */
export function Duplicates() {
  const metadata = useMetadata();
  const entities = kChecked.map((key) => metadata.entity(key)).filter((entity) => entity !== undefined);
  const [key, setKey] = useState(entities[0]?.key ?? "");
  const [state, setState] = useState<DuplicatePair["state"]>("open");
  const [merging, setMerging] = useState<number[] | null>(null);
  const entity = metadata.entity(key);
  const pages = useInfiniteQuery({
    queryKey: ["duplicate-queue", key, state], initialPageParam: null as string | null, enabled: key !== "",
    queryFn: ({ pageParam, signal }) => readDuplicates(key, state, pageParam, signal),
    getNextPageParam: (page) => page.next,
  });
  const { refetch } = pages;
  useEffect(() => onChanges((changes) => {
    if (changes.some((change) => change.entity === key)) void refetch();
  }), [key, refetch]);
  const check = useBaseCheck(entity, () => void refetch());
  if (pages.error) return <ErrorNotice error={pages.error} onRetry={() => void refetch()} />;
  const pairs = pages.data?.pages.flatMap((page) => page.items);
  const search = entity?.can.update && (
    <Button size="xs" variant="default" leftSection={<IconRefresh size={16} />} loading={check.is_running} onClick={check.start}>{t("web.duplicates.search")}</Button>
  );
  return (
    <section className={classes.page} aria-label={t("web.duplicates.title")}>
      <header className={classes.head}>
        <h1>{t("web.duplicates.title")}</h1>
        {search}
      </header>
      <p className="muted">{check.progress === null ? t("web.duplicates.lead") : t("web.duplicates.searching", { done: check.progress })}</p>
      <div className={classes.choice}>
        <Segments label={t("web.duplicates.entity")} value={key} options={entities.map((one) => ({ value: one.key, label: one.label.many }))} onChange={setKey} />
        <Segments label={t("web.duplicates.state")} value={state} options={[{ value: "open", label: t("web.duplicates.open") }, { value: "not_duplicate", label: t("web.duplicates.not_duplicate") }]} onChange={setState} />
      </div>
      {!pairs && <div className={classes.waiting} aria-busy="true">{[0, 1, 2].map((line) => <span key={line} />)}</div>}
      {pairs?.length === 0 && <EmptyState icon={<IconCopyCheck size={28} />} title={t("web.duplicates.empty")} text={t("web.duplicates.empty_text")} action={search} />}
      {entity && pairs && pairs.length > 0 && (
        <ul className={classes.list}>
          {pairs.map((pair) => <DuplicateLine key={pair.id} entity={entity} pair={pair} onMerge={setMerging} onDecided={() => void refetch()} />)}
        </ul>
      )}
      {pages.hasNextPage && <Button variant="subtle" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{t("web.duplicates.more")}</Button>}
      {entity && merging && <MergeDialog entity={entity} ids={merging} onClose={() => setMerging(null)} onMerged={() => { setMerging(null); void refetch(); }} />}
    </section>
  );
}
