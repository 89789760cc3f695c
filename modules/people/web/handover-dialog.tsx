import { Button, Checkbox, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { RecordPicker } from "@web/fields/shared/link/record-picker";
import { undoToItsEnd, untilOver } from "@web/lib/calls/bulk";
import { useMe } from "@web/lib/calls/me";
import { useMetadata } from "@web/lib/calls/metadata";
import { formatInteger } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import { announce } from "@web/lib/live";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import type { AnyRecord, Link } from "@web/lib/values";
import { previewHandover, startHandover, type HandoverRequest } from "./handover-calls";

/** To whom, what, and how many records before anything is written. */
export function HandoverDialog({ user, onClose }: { user: AnyRecord; onClose: () => void }) {
  const me = useMe();
  const metadata = useMetadata();
  const users = metadata.entity("user");
  const [heirs, setHeirs] = useState<(Link | null)[]>([null]);
  const [with_client, setWithClient] = useState(true);
  const [only_open, setOnlyOpen] = useState(false);
  const [switch_off, setSwitchOff] = useState(me.is_admin && me.user.id !== user.id);
  const [is_running, setRunning] = useState(false);
  const ids = heirs.filter((heir): heir is Link => heir !== null).map((heir) => heir.id);
  const first = ids[0];
  const request: HandoverRequest | null = first === undefined ? null : { from: user.id, rule: ids.length === 1 ? { kind: "one", to: first } : { kind: "evenly", to: ids }, with_client, only_open, switch_off };
  const { data: preview, error } = useQuery({
    queryKey: ["handover", JSON.stringify(request)], enabled: request !== null, retry: false,
    queryFn: ({ signal }) => previewHandover(request as HandoverRequest, signal),
  });
  const set = (at: number, heir: Link | null) => {
    const next = heirs.map((one, index) => (index === at ? heir : one)).filter((one, index, all) => one !== null || index === all.length - 1);
    setHeirs(next.every((one) => one !== null) ? [...next, null] : next);
  };
  const refresh = () => announce({ entity: "user", id: user.id, version: 0, action: "changed" });
  const run = async () => {
    if (!request) return;
    setRunning(true);
    try {
      const job = await untilOver(await startHandover(request));
      refresh();
      const undo = async () => { await undoToItsEnd(job.id); refresh(); };
      if (job.state === "done") showToast({ tone: "success", text: t("web.handover.done", { count: formatInteger(job.done) }), action: { label: t("action.undo"), run: undo } });
      else showToast({ tone: "danger", text: t("bulk.failed") });
      onClose();
    } catch (problem) {
      showToast({ tone: "danger", text: messageOf(problem) });
      setRunning(false);
    }
  };
  const submit = (event: FormEvent) => { event.preventDefault(); void run(); };
  return (
    <Modal opened onClose={onClose} title={t("web.handover.title", { name: String(user.name) })} size={480} closeButtonProps={{ "aria-label": t("action.close") }}>
      <form onSubmit={submit} style={{ display: "grid", gap: 12 }}>
        {heirs.map((heir, at) => (
          <RecordPicker key={at} entities={users ? [users] : []} value={heir} onChange={(next) => set(at, next)} name={t("web.handover.heir")} label={at === 0 ? t("web.handover.heir") : t("web.handover.another")} can_create={false} filter={{ field: "is_active", op: "eq", value: true }} />
        ))}
        <Checkbox label={t("web.handover.with_client")} checked={with_client} onChange={(event) => setWithClient(event.currentTarget.checked)} />
        <Checkbox label={t("web.handover.only_open")} checked={only_open} onChange={(event) => setOnlyOpen(event.currentTarget.checked)} />
        {me.is_admin && me.user.id !== user.id && <Checkbox label={t("web.handover.switch_off")} checked={switch_off} onChange={(event) => setSwitchOff(event.currentTarget.checked)} />}
        <div role="status" className="muted">
          {error ? messageOf(error) : !preview ? t("web.handover.choose") : preview.entities.length === 0 ? t("web.handover.nothing") : (
            <ul style={{ margin: 0, paddingLeft: 18 }}>{preview.entities.map((one) => <li key={`${one.entity}.${one.field}`}>{metadata.entity(one.entity)?.label.many ?? one.entity}: {formatInteger(one.count)}</li>)}</ul>
          )}
        </div>
        <div style={{ display: "flex", gap: 8, justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="submit" loading={is_running} disabled={!request || Boolean(error)}>{t("web.handover.run")}</Button>
        </div>
      </form>
    </Modal>
  );
}
