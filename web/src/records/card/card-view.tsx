import { Button, Skeleton } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useDeferredValue, useMemo, useState } from "react";
import { ErrorNotice } from "@web/kit/error-notice";
import { useMe } from "@web/lib/calls/me";
import { useMetadata } from "@web/lib/calls/metadata";
import { useFollowedRecord } from "@web/lib/calls/read-record";
import { accusative } from "@web/lib/format/accusative";
import { formatPhone, phoneHref } from "@web/lib/format/phone";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { Problem } from "@web/lib/problem";
import { titleOf } from "@web/lib/title-of";
import { useRecordActions } from "@web/lib/record-actions";
import type { AnyRecord, Email, Phone } from "@web/lib/values";
import { cardWidgets } from "@web/lib/widgets";
import { CardFacts } from "@web/records/card/card-facts";
import { CardHead } from "@web/records/card/card-head";
import { CardTools, type CardNeighbours } from "@web/records/card/card-tools";
import classes from "@web/records/card/card.module.css";
import { Composer } from "@web/records/card/composer";
import { History } from "@web/records/card/history";
import { RelatedLists } from "@web/records/card/related-lists";
import { Timeline } from "@web/records/card/timeline";
import { WidgetSlot } from "@web/records/card/widget-slot";
import { useRecordEditing } from "@web/records/edit/use-record-editing";
import { activityKinds } from "@web/records/next-step";

interface CardViewProps extends CardNeighbours {
  entity: Entity;
  id: number;
  is_panel?: boolean;
  onClose?: (() => void) | undefined;
}

const FactsLayout = lazy(async () => ({ default: (await import("@web/records/card/facts-layout")).FactsLayout }));

const kParts = ["facts", "main", "timeline", "related"] as const;

/** The card of any record; its own width decides between three columns, two, and tabs. */
export function CardView({ entity, id, is_panel = false, onClose, ...neighbours }: CardViewProps) {
  const { data: record, error, refetch } = useFollowedRecord(entity, id);
  if (error && !record) {
    const is_missing = error instanceof Problem && (error.status === 404 || error.status === 403);
    return is_missing ? <ErrorNotice error={error} action={<Button component={Link} variant="default" to={`/${entity.plural}`}>{t("error.to_list")}</Button>} /> : <ErrorNotice error={error} onRetry={() => void refetch()} />;
  }
  if (!record) {
    return (
      <div className={classes.card} aria-busy="true">
        <div className={classes.head}><div className={classes.titleLine}><Skeleton height={40} width={40} /><Skeleton height={28} width="40%" /></div><Skeleton height={28} /></div>
      </div>
    );
  }
  return <LoadedCard entity={entity} record={record} is_panel={is_panel} onClose={onClose} {...neighbours} />;
}

function LoadedCard({ entity, record, is_panel, onClose, ...neighbours }: Omit<CardViewProps, "id"> & { record: AnyRecord; is_panel: boolean }) {
  const metadata = useMetadata();
  const { save, dialogs } = useRecordEditing(entity);
  const main = useMemo(() => cardWidgets("card.main", entity.key)[0], [entity.key]);
  const [chosen_part, setPart] = useState<(typeof kParts)[number] | null>(null);
  const [composing, setComposing] = useState<string | null>(null);
  const [is_history, setHistory] = useState(false);
  const [is_layout, setLayout] = useState(false);
  // Who it is stands there at once; what is known of them follows in the next moment.
  const is_whole = useDeferredValue(true, false);
  const me = useMe();
  const kinds = activityKinds(metadata, entity);
  const has_feed = kinds.length > 0 || Boolean(entity.timeline);
  const part = chosen_part ?? (main ? "main" : has_feed ? "timeline" : "facts");
  const plan = () => {
    const plannable = kinds.find((kind) => kind.due && kind.entity.can.create);
    if (plannable) compose(plannable.entity.key);
  };
  const title = titleOf(entity, record);
  const phone = (record[entity.fields.find((field) => field.type === "phone")?.key ?? ""] as Phone[] | undefined)?.[0];
  const email = (record[entity.fields.find((field) => field.type === "email")?.key ?? ""] as Email[] | undefined)?.[0];
  const compose = (key: string) => {
    setPart("timeline");
    setHistory(false);
    setComposing(key);
  };
  useRecordActions(title, [
    ...(phone ? [{ key: "call", label: `${t("card.call")}: ${formatPhone(phone)}`, run: () => location.assign(phoneHref(phone)) }] : []),
    ...(email ? [{ key: "write", label: `${t("card.write")}: ${email.value ?? email.raw}`, run: () => location.assign(`mailto:${email.value ?? email.raw}`) }] : []),
    ...kinds.filter((kind) => kind.entity.can.create).map((kind) => ({ key: kind.entity.key, label: t("card.compose", { kind: accusative(kind.entity.label.one) }), run: () => compose(kind.entity.key) })),
    { key: "history", label: t("card.history"), run: () => { setHistory(true); setPart("timeline"); } },
  ]);
  const tools = (
    <CardTools entity={entity} record={record} is_panel={is_panel} onClose={onClose} {...neighbours} onHistory={() => { setHistory((before) => !before); setPart("timeline"); }} onLayout={me.can_change_metadata ? () => { setLayout(true); setPart("facts"); } : undefined} />
  );
  return (
    <article className={classes.card} aria-label={title}>
      <CardHead entity={entity} record={record} save={save} tools={tools} onPlan={plan} />
      <div className={classes.tabs} role="tablist">
        {kParts.filter((one) => one !== "main" || main).map((one) => <button key={one} type="button" role="tab" aria-selected={part === one} onClick={() => setPart(one)}>{one === "main" ? t(main?.label ?? "card.tab_facts") : t(`card.tab_${one}`)}</button>)}
      </div>
      {is_whole && <div className={classes.body} data-main={main ? true : undefined}>
        <div className={classes.column} data-part="facts" data-shown={part === "facts" || undefined}>{is_layout ? <Suspense><FactsLayout entity={entity} onDone={() => setLayout(false)} /></Suspense> : <CardFacts entity={entity} record={record} save={save} />}</div>
        {main && <div className={classes.column} data-part="main" data-shown={part === "main" || undefined}><WidgetSlot slot="card.main" entity={entity} record={record} /></div>}
        <div className={classes.column} data-part="timeline" data-shown={part === "timeline" || undefined}>
          {is_history || !has_feed ? (
            <>
              <div className={classes.panelTitle}>
                <h2>{t("card.history")}</h2>
                {has_feed && <Button size="compact-sm" variant="subtle" leftSection={<IconArrowLeft size={15} />} onClick={() => setHistory(false)}>{t("history.back")}</Button>}
              </div>
              <History entity={entity} id={record.id} />
            </>
          ) : <><Composer entity={entity} record={record} kind_key={composing} onKind={setComposing} /><Timeline entity={entity} id={record.id} /></>}
        </div>
        <div className={classes.column} data-part="related" data-shown={part === "related" || undefined}>
          <WidgetSlot slot="card.related" entity={entity} record={record} />
          <RelatedLists entity={entity} record={record} />
        </div>
      </div>}
      {dialogs}
    </article>
  );
}
