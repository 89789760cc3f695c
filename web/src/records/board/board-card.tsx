import { draggable } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { Menu } from "@mantine/core";
import { IconArrowRight, IconDots } from "@tabler/icons-react";
import { memo, useEffect, useRef, useState } from "react";
import { FieldView } from "@web/fields/field-view";
import { Avatar } from "@web/kit/avatar";
import { dueState } from "@web/lib/format/date";
import { t } from "@web/lib/i18n";
import type { Entity, Field } from "@web/lib/metadata-types";
import { isBlank, isLink, type AnyRecord } from "@web/lib/values";
import classes from "@web/records/board/board.module.css";
import type { Stage } from "@web/records/board/stages";
import { DueBadge } from "@web/records/due-badge";
import { kNextStepField } from "@web/records/next-step";

export const kCardHeight_px = 108;

export interface CardFields {
  who: Field | undefined;
  money: Field | undefined;
  due: Field | undefined;
  owner: Field | undefined;
  all: Field[];
}

/** What a card of four lines says: what, who, how much, what next; the view's columns come first. */
export function cardFields(entity: Entity, columns: string[]): CardFields {
  const by_key = (key: string | null | undefined) => entity.fields.find((field) => field.key === key);
  const listed = columns.map(by_key).filter((field): field is Field => field !== undefined);
  const pool = listed.length > 0 ? listed : entity.fields;
  const skipped = new Set([entity.title, entity.stages?.field, entity.stages?.pipeline, entity.owner]);
  const who = pool.find((field) => field.type === "link" && !skipped.has(field.key));
  const money = pool.find((field) => field.type === "money") ?? entity.fields.find((field) => field.type === "money");
  const due = by_key(kNextStepField) ?? pool.find((field) => (field.type === "date" || field.type === "instant") && !field.system);
  const owner = by_key(entity.owner);
  return { who, money, due, owner, all: [by_key(entity.title), who, money, due, owner].filter((field): field is Field => field !== undefined) };
}

interface BoardCardProps {
  entity: Entity;
  card: AnyRecord;
  stage: Stage;
  stages: Stage[];
  fields: CardFields;
  onMove: (id: number, from: number, to: number, before_id: number | null) => void;
  onOpen: (id: number) => void;
}

export const BoardCard = memo(function BoardCard({ entity, card, stage, stages, fields, onMove, onOpen }: BoardCardProps) {
  const place = useRef<HTMLElement>(null);
  const [is_dragged, setDragged] = useState(false);
  // A menu costs more than the rest of the card, and few are ever opened.
  const [is_menu_wanted, setMenuWanted] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (!element || !entity.can.update) return undefined;
    return draggable({ element, getInitialData: () => ({ kind: "board-card", id: card.id, stage: stage.id }), onDragStart: () => setDragged(true), onDrop: () => setDragged(false) });
  }, [card.id, stage.id, entity.can.update]);
  const dots = <IconDots size={16} aria-hidden="true" />;
  const title = String(card[entity.title] ?? `№ ${card.id}`);
  const due = fields.due ? (card[fields.due.key] as string | null) : null;
  const owner = fields.owner ? card[fields.owner.key] : null;
  const value = (field: Field | undefined) => (field && !isBlank(card[field.key]) ? <FieldView field={field} value={card[field.key]} record={card} is_dense /> : null);
  return (
    <article ref={place} className={classes.card} data-dragged={is_dragged || undefined} data-due={dueState(due)}>
      <div className={classes.line}>
        <button type="button" className={classes.title} onClick={() => onOpen(card.id)}>{title}</button>
        {entity.can.update && !is_menu_wanted && <button type="button" className={classes.dots} aria-label={t("board.card_menu", { title })} aria-haspopup="menu" onClick={() => setMenuWanted(true)}>{dots}</button>}
        {entity.can.update && is_menu_wanted && (
          <Menu position="bottom-end" defaultOpened>
            <Menu.Target><button type="button" className={classes.dots} aria-label={t("board.card_menu", { title })}>{dots}</button></Menu.Target>
            <Menu.Dropdown>
              <Menu.Label>{t("board.move_to")}</Menu.Label>
              {stages.filter((one) => one.id !== stage.id).map((one) => <Menu.Item key={one.id} leftSection={<IconArrowRight size={14} />} onClick={() => onMove(card.id, stage.id, one.id, null)}>{one.title}</Menu.Item>)}
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      <div className={`${classes.who} muted`}>{value(fields.who)}</div>
      <div className={classes.money}>{value(fields.money)}</div>
      <div className={classes.line}>
        <DueBadge at={due} none_text={t("board.no_step")} />
        {isLink(owner) && <span title={owner.title} style={{ marginLeft: "auto", display: "flex" }}><Avatar name={owner.title} size={20} /><span className="unseen">{owner.title}</span></span>}
      </div>
    </article>
  );
});
