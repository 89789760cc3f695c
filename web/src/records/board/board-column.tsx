import { combine } from "@atlaskit/pragmatic-drag-and-drop/combine";
import { dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { toTone } from "@web/kit/tone";
import { useWindow } from "@web/kit/use-window";
import { useMe } from "@web/lib/calls/me";
import { dueState } from "@web/lib/format/date";
import { formatCompactMoney, formatInteger, formatMoney } from "@web/lib/format/number";
import { t, tn } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { isMoney } from "@web/lib/values";
import { BoardCard, kCardHeight_px, type CardFields } from "@web/records/board/board-card";
import classes from "@web/records/board/board.module.css";
import type { ColumnStore } from "@web/records/board/column-store";
import type { Stage } from "@web/records/board/stages";
import type { ColumnTotals } from "@web/records/board/use-board";

interface BoardColumnProps {
  entity: Entity;
  stage: Stage;
  stages: Stage[];
  store: ColumnStore;
  totals: ColumnTotals | undefined;
  fields: CardFields;
  is_asked: boolean;
  onMove: (id: number, from: number, to: number, before_id: number | null) => void;
  onOpen: (id: number) => void;
}

const kStates = ["overdue", "today", "planned", "none"] as const;

/** One stage: count, sum, a bar of what is due, and the cards in view out of any number. */
export function BoardColumn({ entity, stage, stages, store, totals, fields, is_asked, onMove, onOpen }: BoardColumnProps) {
  const me = useMe();
  const state = useSyncExternalStore(store.subscribe, store.getState);
  const scroller = useRef<HTMLDivElement>(null);
  const [is_over, setOver] = useState(false);
  const { first, end, total_px, offset_px } = useWindow(scroller, { count: state.cards.length, row_px: kCardHeight_px, overscan: 3 });
  useEffect(() => {
    if (state.is_loaded && state.has_more && end >= state.cards.length - 4) void store.more();
  }, [store, end, state.cards.length, state.has_more, state.is_loaded]);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    return combine(dropTargetForElements({
      element, getData: () => ({ stage: stage.id }), canDrop: ({ source }) => source.data.kind === "board-card",
      onDragEnter: () => setOver(true), onDragLeave: () => setOver(false),
      onDrop: ({ source, location }) => {
        setOver(false);
        const from = Number(source.data.stage);
        const below = location.current.input.clientY - element.getBoundingClientRect().top + element.scrollTop;
        const before = state.cards[Math.max(0, Math.round(below / kCardHeight_px))];
        if (from !== stage.id) onMove(Number(source.data.id), from, stage.id, before?.id ?? null);
      },
    }));
  }, [stage.id, state.cards, onMove]);
  const sum = totals?.sum;
  const money = isMoney(sum) ? sum : sum === null || sum === undefined ? null : { amount: String(sum), currency: me.currency };
  // Where the filter leaves closed stages empty they stay as places to drop on.
  const is_narrow = stage.kind !== null && stage.kind !== "open" && state.is_loaded && state.cards.length === 0 && !state.has_more;
  const due = fields.due?.key;
  const shares = due ? kStates.map((kind) => ({ kind, count: state.cards.filter((card) => dueState(card[due] as string | null) === kind).length })) : [];
  return (
    <section className={classes.column} data-over={is_over || undefined} data-asked={is_asked || undefined} data-narrow={is_narrow || undefined} aria-label={stage.title}>
      <header className={classes.head} data-tone={toTone(stage.color)}>
        <h2 className="cut" title={stage.title}>{stage.title}</h2>
        <span className={`${classes.count} numbers`} title={tn("list.rows", totals?.count ?? 0)}>{totals ? formatInteger(totals.count) : ""}</span>
        <span className={`${classes.sum} numbers`} title={money ? formatMoney(money) : undefined}>{money ? formatCompactMoney(money) : ""}</span>
        <div className={classes.bar} aria-hidden="true">{shares.map((share) => share.count > 0 && <span key={share.kind} data-due={share.kind} style={{ flexGrow: share.count }} />)}</div>
      </header>
      <div ref={scroller} className={classes.cards} tabIndex={-1}>
        <ul style={{ height: total_px, position: "relative", margin: 0, padding: 0, listStyle: "none" }}>
          {state.cards.slice(first, end).map((card, at) => (
            <li key={card.id} style={{ position: "absolute", insetInline: 0, top: 0, height: kCardHeight_px, transform: `translateY(${offset_px + at * kCardHeight_px}px)` }}>
              <BoardCard entity={entity} card={card} stage={stage} stages={stages} fields={fields} onMove={onMove} onOpen={onOpen} />
            </li>
          ))}
        </ul>
        {!state.is_loaded && [0, 1, 2].map((at) => <div key={at} className={classes.ghost} />)}
        {state.error !== null && state.cards.length === 0 && <p className={`${classes.empty} muted`} role="alert">{t("board.failed")} <button type="button" className={classes.again} onClick={() => void store.reload()}>{t("action.retry")}</button></p>}
        {state.is_loaded && state.error === null && !is_narrow && state.cards.length === 0 && <p className={`${classes.empty} muted`}>{t("board.empty")}</p>}
      </div>
    </section>
  );
}
