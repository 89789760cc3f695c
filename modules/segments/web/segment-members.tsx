import { Button, Modal, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { RecordPicker } from "@web/fields/shared/link/record-picker";
import { Segments } from "@web/kit/segments";
import { useMetadata } from "@web/lib/calls/metadata";
import { queryRecords } from "@web/lib/calls/query-records";
import { createRecord } from "@web/lib/calls/save-record";
import type { Filter } from "@web/lib/filter";
import { formatInteger } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import { announce } from "@web/lib/live";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import type { Link } from "@web/lib/values";
import type { BulkWidgetProps } from "@web/lib/widgets";
import { changeMembers } from "./segment-calls";
import classes from "./segments.module.css";

type Deed = "add" | "remove";

const kPage = 1000;

/** All ids a filter gives, a page at a time. */
async function idsOf(plural: string, filter: Filter | null): Promise<number[]> {
  const ids: number[] = [];
  for (let cursor: string | null = null, is_first = true; is_first || cursor; is_first = false) {
    const page: { items: { id: number }[]; next: string | null } = await queryRecords(plural, { filter, fields: ["version"], sort: [{ field: "id", desc: false }], limit: kPage, cursor });
    ids.push(...page.items.map((item) => item.id));
    cursor = page.next;
  }
  return ids;
}

async function inPages(ids: number[], work: (page: number[]) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < ids.length; at += kPage) await work(ids.slice(at, at + kPage));
}

/** Records chosen in a list go into a static segment, known or new, or out of it; only those it concerns are counted and taken back. */
export function SegmentMembers({ entity, target, onClose, onDone }: BulkWidgetProps) {
  const segments = useMetadata().entity("segment");
  const [deed, setDeed] = useState<Deed>("add");
  const [segment, setSegment] = useState<Link | null>(null);
  const [name, setName] = useState("");
  const [is_running, setRunning] = useState(false);
  const chosen: Filter | null = "ids" in target ? { field: "id", op: "in", value: target.ids } : target.filter;
  const { data, error } = useQuery({
    queryKey: ["segment-members", entity.plural, chosen, segment?.id ?? 0, deed], retry: false, staleTime: 0,
    queryFn: async () => {
      const all = await idsOf(entity.plural, chosen);
      if (!segment) return deed === "add" ? all : [];
      const inside: Filter = { in_segment: segment.id };
      const members = new Set(await idsOf(entity.plural, chosen ? { and: [inside, chosen] } : inside));
      return all.filter((id) => members.has(id) === (deed === "remove"));
    },
  });
  const is_ready = data !== undefined && data.length > 0 && (segment !== null || (deed === "add" && name.trim() !== ""));
  const run = async () => {
    if (!data) return;
    setRunning(true);
    try {
      const id = segment?.id ?? (await createRecord("segments", { name: name.trim(), target: entity.key, kind: "static" })).id;
      const other: Deed = deed === "add" ? "remove" : "add";
      const move = async (what: Deed) => {
        await inPages(data, (page) => changeMembers(id, { [what]: page }));
        announce({ entity: "segment", id, version: 0, action: "changed" });
        announce({ entity: entity.key, id: 0, version: 0, action: "changed" });
      };
      await move(deed);
      showToast({ tone: "success", text: t(deed === "add" ? "web.segments.added" : "web.segments.removed", { count: formatInteger(data.length) }), action: { label: t("action.undo"), run: () => move(other) } });
      onDone();
    } catch (problem) {
      showToast({ tone: "danger", text: messageOf(problem) });
      setRunning(false);
    }
  };
  const submit = (event: FormEvent) => { event.preventDefault(); if (is_ready) void run(); };
  const filter: Filter = { and: [{ field: "kind", op: "eq", value: "static" }, { field: "target", op: "eq", value: entity.key }] };
  return (
    <Modal opened onClose={onClose} title={t("web.segments.bulk")} size={460} closeButtonProps={{ "aria-label": t("action.close") }}>
      <form onSubmit={submit} className={classes.form}>
        <Segments label={t("web.segments.bulk")} value={deed} options={[{ value: "add", label: t("web.segments.put_in") }, { value: "remove", label: t("web.segments.take_out") }]} onChange={setDeed} />
        <RecordPicker entities={segments ? [segments] : []} value={segment} onChange={setSegment} name={t("web.segments.segment")} label={t("web.segments.segment")} can_create={false} filter={filter} />
        {deed === "add" && !segment && segments?.can.create && <TextInput label={t("web.segments.new")} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={200} />}
        <p className="muted" role="status">{error ? messageOf(error) : !data ? t("bulk.counting") : segment || deed === "add" ? t(deed === "add" ? "web.segments.will_add" : "web.segments.will_remove", { count: formatInteger(data.length) }) : t("web.segments.choose")}</p>
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="submit" loading={is_running} disabled={!is_ready}>{t(deed === "add" ? "web.segments.put_in" : "web.segments.take_out")}</Button>
        </div>
      </form>
    </Modal>
  );
}
