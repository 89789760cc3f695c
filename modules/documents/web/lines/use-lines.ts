import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { patchRecord } from "@web/lib/calls/save-record";
import { announce } from "@web/lib/live";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf, Problem } from "@web/lib/problem";
import { query_client } from "@web/lib/query-client";
import type { AnyRecord } from "@web/lib/values";
import { afterRead, afterSave, faultsByRow, isChanged, wireLine, type LineRow, type RowFaults } from "./line-rows";
import { linesAfter, linesQuery } from "./lines-calls";

export interface Lines {
  rows: LineRow[];
  is_loaded: boolean;
  error: Error | null;
  /** Shows the change at once and saves it; saves follow one another. */
  change: (next: LineRow[]) => void;
  is_saving: boolean;
  faults: Record<string, RowFaults>;
  /** What of a refusal belongs to no line. */
  problem: string | null;
  /** The rows as they are now, for what happens later. */
  latest: () => LineRow[];
}

/** The lines of a document as they are edited: the server works out every figure, nothing is summed here. */
export function useLines(entity: Entity, record: AnyRecord): Lines {
  const { data, error } = useQuery({ ...linesQuery(entity.key, record.id, record.version), placeholderData: keepPreviousData });
  const [rows, setRows] = useState<LineRow[]>([]);
  const [is_loaded, setLoaded] = useState(false);
  const [is_saving, setSaving] = useState(false);
  const [faults, setFaults] = useState<Record<string, RowFaults>>({});
  const [problem, setProblem] = useState<string | null>(null);
  const now = useRef<LineRow[]>([]);
  const running = useRef(false);
  const waiting = useRef(false);
  const put = useCallback((next: LineRow[]) => {
    now.current = next;
    setRows(next);
  }, []);
  useEffect(() => {
    if (!data || running.current) return;
    put(afterRead(now.current, data));
    setLoaded(true);
  }, [data, put]);

  const save = useCallback(async () => {
    if (running.current) {
      waiting.current = true;
      return;
    }
    running.current = true;
    setSaving(true);
    do {
      waiting.current = false;
      const sent = now.current;
      try {
        const known = query_client.getQueryData<AnyRecord>(["record", entity.plural, record.id]) ?? record;
        const saved = await patchRecord(entity.plural, record.id, known.version, { lines: sent.map(wireLine) });
        const stored = await linesAfter(entity.key, record.id, saved.version);
        put(afterSave(now.current, sent, stored));
        setFaults({});
        setProblem(null);
        announce({ entity: entity.key, id: record.id, version: saved.version, action: "updated", fields: ["amount"] });
      } catch (refusal) {
        const told = refusal instanceof Problem ? faultsByRow(refusal.errors, sent) : { rows: {}, rest: [] };
        const is_told = Object.keys(told.rows).length > 0;
        setFaults(told.rows);
        setProblem(told.rest.length > 0 ? told.rest.join(" ") : is_told ? null : messageOf(refusal));
        if (refusal instanceof Problem && refusal.is_conflict) await query_client.invalidateQueries({ queryKey: ["record", entity.plural, record.id] });
      }
    } while (waiting.current);
    running.current = false;
    setSaving(false);
  }, [entity, record, put]);

  const change = useCallback((next: LineRow[]) => {
    const before = now.current;
    put(next);
    const is_same = next.length === before.length && next.every((row, at) => row.key === before[at]?.key) && !next.some(isChanged);
    if (!is_same) void save();
  }, [put, save]);
  const latest = useCallback(() => now.current, []);
  return { rows, is_loaded, error, change, is_saving, faults, problem, latest };
}
