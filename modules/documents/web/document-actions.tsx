import { Button, Menu } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { IconBan, IconChecks, IconFilePlus, IconShare } from "@tabler/icons-react";
import { useState } from "react";
import { useMetadata } from "@web/lib/calls/metadata";
import { copyText } from "@web/lib/copy-text";
import { t, type TextKey } from "@web/lib/i18n";
import { announce } from "@web/lib/live";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import type { CardWidgetProps } from "@web/lib/widgets";
import { CancelDialog } from "./cancel-dialog";
import { makeDocument, makeShareLink, moveDocument } from "./document-calls";

/** What is made from what, as the server allows it; a tax invoice on an advance needs its sum and is made elsewhere. */
const kMakes: Record<string, string[]> = {
  deal: ["quote", "sales_order", "invoice", "contract"],
  quote: ["sales_order", "invoice", "contract", "quote"],
  sales_order: ["invoice", "act", "waybill", "contract"],
  contract: ["sales_order", "invoice", "act", "waybill"],
  invoice: ["act", "waybill"],
  act: ["tax_invoice"],
  waybill: ["tax_invoice"],
  tax_invoice: [],
};

interface Move {
  action: string;
  label: TextKey;
}

function movesOf(entity: string, state: unknown): Move[] {
  if (entity === "deal") return [];
  if (state === "draft") return [{ action: "post", label: entity === "quote" ? "web.documents.send" : "web.documents.post" }];
  if (entity !== "quote") return [];
  if (state === "approval") return [{ action: "approve", label: "web.documents.approve" }, { action: "return", label: "web.documents.return" }];
  return state === "sent" ? [{ action: "accept", label: "web.documents.accept" }, { action: "reject", label: "web.documents.reject" }] : [];
}

/** Posting, the next document, the link for the client, cancelling. */
export function DocumentActions({ entity, record }: CardWidgetProps) {
  const metadata = useMetadata();
  const navigate = useNavigate();
  const [is_busy, setBusy] = useState(false);
  const [is_cancelling, setCancelling] = useState(false);
  const can_update = entity.can.update;
  const is_shown = record.state === "posted" || record.state === "sent" || record.state === "accepted";
  const targets = (kMakes[entity.key] ?? []).map((key) => metadata.entity(key)).filter((target) => target?.can.create === true);
  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    try {
      await work();
    } catch (problem) {
      showToast({ tone: "danger", text: messageOf(problem) });
    }
    setBusy(false);
  };
  const changed = () => announce({ entity: entity.key, id: record.id, version: 0, action: "changed" });
  const move = (action: string) => run(async () => {
    await moveDocument(entity.plural, record.id, action);
    changed();
  });
  const make = (to: string) => run(async () => {
    const made = await makeDocument(entity.plural, record.id, to);
    for (const note of made.notes) showToast({ tone: "info", text: t("web.documents.rate_changed", { line: String(note.line), from: note.from, to: note.to }) });
    await navigate({ to: "/$plural/$id", params: { plural: made.plural, id: String(made.record.id) } });
  });
  const share = () => run(async () => {
    const link = await makeShareLink(entity.plural, record.id);
    await copyText(location.origin + link.url);
    showToast({ tone: "success", text: t("web.documents.link_copied") });
  });
  return (
    <>
      {can_update && movesOf(entity.key, record.state).map((each, at) => (
        <Button key={each.action} size="xs" variant={at === 0 ? "filled" : "default"} loading={is_busy} leftSection={at === 0 ? <IconChecks size={15} /> : undefined} onClick={() => void move(each.action)}>{t(each.label)}</Button>
      ))}
      {targets.length > 0 && record.state !== "cancelled" && (
        <Menu position="bottom-start">
          <Menu.Target><Button size="xs" variant="default" disabled={is_busy} leftSection={<IconFilePlus size={15} />}>{t("web.documents.make")}</Button></Menu.Target>
          <Menu.Dropdown>
            {targets.map((target) => target && <Menu.Item key={target.key} onClick={() => void make(target.key)}>{entity.key === target.key ? t("web.documents.new_version") : target.label.one}</Menu.Item>)}
          </Menu.Dropdown>
        </Menu>
      )}
      {can_update && is_shown && <Button size="xs" variant="default" disabled={is_busy} leftSection={<IconShare size={15} />} onClick={() => void share()}>{t("web.documents.share")}</Button>}
      {can_update && is_shown && <Button size="xs" variant="subtle" color="red" disabled={is_busy} leftSection={<IconBan size={15} />} onClick={() => setCancelling(true)}>{t("web.documents.cancel")}</Button>}
      {is_cancelling && <CancelDialog entity={entity} record={record} onClose={() => setCancelling(false)} onDone={changed} />}
    </>
  );
}
