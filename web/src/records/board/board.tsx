import { Button } from "@mantine/core";
import { useCallback, useEffect, useMemo, useState } from "react";
import { EmptyState } from "@web/kit/empty-state";
import { EntityIcon } from "@web/kit/entity-icon";
import type { Filter, SortKey } from "@web/lib/filter";
import { t } from "@web/lib/i18n";
import { onChanges } from "@web/lib/live";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import type { AnyRecord } from "@web/lib/values";
import { cardFields } from "@web/records/board/board-card";
import { BoardColumn } from "@web/records/board/board-column";
import { columnQuery, columnStore } from "@web/records/board/board-query";
import classes from "@web/records/board/board.module.css";
import type { Stage } from "@web/records/board/stages";
import { useTotals } from "@web/records/board/use-board";
import { useRecordEditing } from "@web/records/edit/use-record-editing";

interface BoardProps {
  entity: Entity;
  stages: Stage[];
  filter: Filter | null;
  sort: SortKey[];
  columns: string[];
  /** Conditions beside the pipeline stand; they can be cleared. */
  is_filtered: boolean;
  onClear: () => void;
  onOpen: (id: number) => void;
}

/** Columns of cards by stage. Cards are dragged, or moved by their menu; what a stage asks for is asked before it is saved. */
export function Board({ entity, stages, filter, sort, columns, is_filtered, onClear, onOpen }: BoardProps) {
  const stage_key = entity.stages?.field ?? "";
  const fields = useMemo(() => cardFields(entity, columns), [entity, columns]);
  const { totals, refetch } = useTotals(entity, filter, fields.money);
  const { save, dialogs } = useRecordEditing(entity);
  const [asked_of, setAskedOf] = useState<number | null>(null);
  const key = JSON.stringify([filter, sort, columns]);
  const stores = useMemo(() => {
    const [base, order, shown] = JSON.parse(key) as [Filter | null, SortKey[], string[]];
    return new Map(stages.map((stage) => [stage.id, columnStore(entity.plural, columnQuery(entity, stage, base, order, shown))]));
  }, [entity, stages, key]);
  useEffect(() => {
    // All first pages are asked for in the same moment and travel together.
    for (const store of stores.values()) void store.start();
  }, [stores]);
  useEffect(() => onChanges((changes) => {
    const mine = changes.filter((change) => change.entity === entity.key);
    if (mine.length === 0) return;
    const is_shown = (id: number) => [...stores.values()].some((store) => store.has(id));
    const touched = mine.some((change) => change.action !== "updated" || !is_shown(change.id) || !change.fields || change.fields.includes(stage_key));
    for (const store of stores.values()) if (touched || mine.some((change) => store.has(change.id))) void store.reload();
  }), [entity.key, stores, stage_key]);

  const move = useCallback(async (id: number, from: number, to: number, before_id: number | null) => {
    const source = stores.get(from);
    const target = stores.get(to);
    const stage = stages.find((one) => one.id === to);
    if (!source || !target || !stage) return;
    const card = source.take(id);
    if (!card) return;
    const moved: AnyRecord = { ...card, [stage_key]: { id: stage.id, title: stage.title } };
    target.put(moved, before_id);
    setAskedOf(to);
    const back = () => {
      target.take(id);
      source.put(card);
    };
    try {
      const saved = await save(card, { [stage_key]: { id: stage.id, title: stage.title } });
      if (!saved) return back();
      refetch();
      const old = card[stage_key];
      const undo = async () => {
        const restored = await save(saved, { [stage_key]: old });
        if (restored) back();
      };
      showToast({ tone: "success", text: t("board.moved", { title: String(card[entity.title] ?? ""), stage: stage.title }), action: { label: t("action.undo"), run: undo } });
    } catch (error) {
      back();
      showToast({ tone: "danger", text: messageOf(error) });
    } finally {
      setAskedOf(null);
    }
    return undefined;
  }, [stores, stages, stage_key, save, refetch, entity.title]);

  const is_nothing = is_filtered && totals !== null && totals.size === 0;
  if (is_nothing) return <EmptyState icon={<EntityIcon name={entity.icon} size={28} />} title={t("list.nothing_found")} text={t("board.nothing")} action={<Button onClick={onClear}>{t("list.clear_filter")}</Button>} />;
  return (
    <div className={classes.board}>
      {stages.map((stage) => {
        const store = stores.get(stage.id);
        return store && (
          <BoardColumn
            key={stage.id} entity={entity} stage={stage} stages={stages} store={store} totals={totals?.get(stage.id)} fields={fields} is_asked={asked_of === stage.id}
            onMove={(id, from, to, before_id) => void move(id, from, to, before_id)} onOpen={onOpen}
          />
        );
      })}
      {dialogs}
    </div>
  );
}
