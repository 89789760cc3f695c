import { Button, Menu } from "@mantine/core";
import { IconBan, IconChecks, IconDots, IconMail, IconShare } from "@tabler/icons-react";
import { useState } from "react";
import { IconButton } from "@web/kit/icon-button";
import { t } from "@web/lib/i18n";
import { announce } from "@web/lib/live";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import type { CardWidgetProps } from "@web/lib/widgets";
import { moveDocument } from "./document-calls";
import { MakeMenu } from "./make-menu";
import { isOpenToClient, maySend, movesOf, primaryOf, type Move } from "./moves";
import { PrintMenu } from "./print-menu";
import { ReasonDialog } from "./reason-dialog";
import { SendDialog } from "./send-dialog";
import { ShareDialog } from "./share-dialog";

type Asked = "send" | "share" | "cancel" | Move | null;

/** What is done with a document: its way through states, the next document, paper, letter, link. One button stands out. */
export function DocumentActions({ entity, record }: CardWidgetProps) {
  const [is_busy, setBusy] = useState(false);
  const [asked, setAsked] = useState<Asked>(null);
  const is_document = entity.key !== "deal";
  const can_update = entity.can.update === true && is_document;
  const state = record.state;
  const primary = primaryOf(entity.key, state);
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
  const move = async (action: string, body: Record<string, string> = {}) => {
    const saved = await moveDocument(entity.plural, record.id, action, body);
    changed();
    if (action === "post" && saved.state === "approval") showToast({ tone: "info", text: t("web.documents.waits_approval") });
  };
  const close = () => setAsked(null);
  const moves = can_update ? movesOf(entity.key, state) : [];
  return (
    <>
      {can_update && maySend(entity.key, state) && primary === "send" && <Button size="xs" disabled={is_busy} leftSection={<IconMail size={15} />} onClick={() => setAsked("send")}>{t("web.documents.mail")}</Button>}
      {moves.map((each, at) => (
        <Button key={each.action} size="xs" variant={at === 0 && primary === "move" ? "filled" : "default"} disabled={is_busy} leftSection={at === 0 ? <IconChecks size={15} /> : undefined} onClick={() => (each.asks ? setAsked(each) : void run(() => move(each.action)))}>{t(each.label)}</Button>
      ))}
      <MakeMenu entity={entity} record={record} is_busy={is_busy} run={run} />
      {is_document && <PrintMenu entity={entity} record={record} />}
      {can_update && maySend(entity.key, state) && primary !== "send" && <Button size="xs" variant="default" disabled={is_busy} leftSection={<IconMail size={15} />} onClick={() => setAsked("send")}>{t("web.documents.mail")}</Button>}
      {can_update && isOpenToClient(state) && <Button size="xs" variant="default" disabled={is_busy} leftSection={<IconShare size={15} />} onClick={() => setAsked("share")}>{t("web.documents.share")}</Button>}
      {can_update && isOpenToClient(state) && (
        <Menu position="bottom-end">
          <Menu.Target><IconButton label={t("web.documents.more")} variant="default" size={30}><IconDots size={16} /></IconButton></Menu.Target>
          <Menu.Dropdown><Menu.Item color="red" leftSection={<IconBan size={15} />} onClick={() => setAsked("cancel")}>{t("web.documents.cancel")}</Menu.Item></Menu.Dropdown>
        </Menu>
      )}
      {asked === "send" && <SendDialog entity={entity} record={record} onClose={close} onSent={changed} onLink={() => setAsked("share")} />}
      {asked === "share" && <ShareDialog entity={entity} record={record} onClose={close} />}
      {asked === "cancel" && <ReasonDialog title={t("web.documents.cancel_title")} label={t("web.documents.reason")} hint={t("web.documents.cancel_note")} submit={t("web.documents.cancel")} is_danger onSubmit={(reason) => move("cancel", { reason })} onClose={close} />}
      {asked !== null && typeof asked === "object" && <ReasonDialog title={t(asked.label)} label={t("web.documents.note")} submit={t(asked.label)} onSubmit={(text) => move(asked.action, { [asked.asks ?? "note"]: text })} onClose={close} />}
    </>
  );
}
