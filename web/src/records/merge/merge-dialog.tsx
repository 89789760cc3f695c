import { Button, Modal, Radio } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useMetadata } from "@web/lib/calls/metadata";
import { mergeRecords, previewMerge } from "@web/lib/calls/merge";
import { t } from "@web/lib/i18n";
import { announce } from "@web/lib/live";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import { query_client } from "@web/lib/query-client";
import { showToast } from "@web/lib/toasts";
import { MergeRow } from "@web/records/merge/merge-row";
import classes from "@web/records/merge/merge-dialog.module.css";
import { rowsOf } from "@web/records/merge/merge-rows";

interface MergeDialogProps {
  entity: Entity;
  ids: number[];
  onMerged: (survivor: number) => void;
  onClose: () => void;
}

/** The records side by side: which one stays, and of each field whose value; what moves along is counted before. */
export function MergeDialog({ entity, ids, onMerged, onClose }: MergeDialogProps) {
  const metadata = useMetadata();
  const [survivor, setSurvivor] = useState(ids[0] ?? 0);
  const [choose, setChoose] = useState<Record<string, number>>({});
  const [is_running, setRunning] = useState(false);
  const others = ids.filter((id) => id !== survivor);
  const { data, error } = useQuery({
    queryKey: ["merge-preview", entity.plural, survivor, others], retry: false, staleTime: 0,
    queryFn: ({ signal }) => previewMerge(entity.plural, survivor, others, signal),
  });
  const refresh = () => {
    for (const id of ids) query_client.removeQueries({ queryKey: ["record", entity.plural, id] });
    announce({ entity: entity.key, id: survivor, version: 0, action: "changed" });
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setRunning(true);
    try {
      const merged = await mergeRecords(entity.plural, survivor, { others, choose });
      refresh();
      if (!merged.is_done) throw new Error(t("merge.failed"));
      showToast({ tone: "success", text: t("merge.done"), action: { label: t("action.undo"), run: async () => { await merged.undo(); refresh(); } } });
      onMerged(survivor);
    } catch (problem) {
      showToast({ tone: "danger", text: messageOf(problem) });
      setRunning(false);
    }
  };
  const moved = (data?.links ?? []).map((link) => `${metadata.entity(link.entity)?.label.many.toLowerCase() ?? link.entity}: ${link.count}`);
  // Columns keep their place whichever record stays.
  const records = ids.map((id) => data?.records.find((record) => record.id === id)).filter((record) => record !== undefined);
  return (
    <Modal opened onClose={onClose} title={t("merge.title")} size={Math.min(1100, 260 + ids.length * 300)} closeButtonProps={{ "aria-label": t("action.close") }}>
      <form onSubmit={(event) => void submit(event)} className={classes.form}>
        <p className="muted">{t("merge.lead")}</p>
        {error && <p role="alert" className={classes.problem}>{messageOf(error)}</p>}
        {!data && !error && <div className={classes.waiting} aria-busy="true" />}
        {data && (
          <div className={classes.scroll}>
            <table className={classes.table}>
              <thead>
                <tr>
                  <th scope="col">{t("merge.stays")}</th>
                  {records.map((record) => {
                    const title = String(record[entity.title] ?? record.id);
                    return <th key={record.id} scope="col" data-stays={record.id === survivor || undefined}><Radio name="survivor" label={title} checked={record.id === survivor} onChange={() => { setSurvivor(record.id); setChoose({}); }} /></th>;
                  })}
                </tr>
              </thead>
              <tbody>
                {rowsOf(entity, data).map((field) => (
                  <MergeRow key={field.key} field={field} title={entity.title} records={records} source={choose[field.key] ?? data.from[field.key] ?? survivor} can_unite={data.from[field.key] === "union"}
                    onChoose={(id) => setChoose((before) => {
                      const { [field.key]: _dropped, ...rest } = before;
                      return id === null ? rest : { ...rest, [field.key]: id };
                    })} />
                ))}
              </tbody>
            </table>
          </div>
        )}
        {data && <p role="status">{moved.length > 0 ? t("merge.moves", { what: moved.join(", ") }) : t("merge.moves_nothing")}</p>}
        <div className={classes.foot}>
          <Button variant="default" onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="submit" loading={is_running} disabled={!data}>{t("merge.run")}</Button>
        </div>
      </form>
    </Modal>
  );
}
