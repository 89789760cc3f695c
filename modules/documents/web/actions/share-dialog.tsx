import { Button, Modal, TextInput } from "@mantine/core";
import { IconCheck, IconCopy, IconLinkOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { IconButton } from "@web/kit/icon-button";
import { patchRecord } from "@web/lib/calls/save-record";
import { copyText } from "@web/lib/copy-text";
import { formatInstant } from "@web/lib/format/date";
import { t, tn } from "@web/lib/i18n";
import { messageOf } from "@web/lib/problem";
import { query_client } from "@web/lib/query-client";
import type { AnyRecord } from "@web/lib/values";
import type { CardWidgetProps } from "@web/lib/widgets";
import classes from "./actions.module.css";
import { makeShareLink, shareLinksQuery } from "./document-calls";

function addressOf(link: AnyRecord): string {
  return `${location.origin}/shared/${String(link.token)}`;
}

function isOpen(link: AnyRecord): boolean {
  return link.is_active === true && (!link.expires_at || String(link.expires_at) > new Date().toISOString());
}

/** The links by which clients see the document, and whether they looked. The first one is made when the dialog opens. */
export function ShareDialog({ entity, record, onClose }: CardWidgetProps & { onClose: () => void }) {
  const query = shareLinksQuery(entity.key, record.id);
  const { data: links, error } = useQuery(query);
  const [recipient, setRecipient] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [copied, setCopied] = useState<number | null>(null);
  const [is_running, setRunning] = useState(false);
  const was_made = useRef(false);
  const open = (links ?? []).filter(isOpen);
  const run = async (work: () => Promise<unknown>) => {
    setRunning(true);
    setProblem(null);
    try {
      await work();
      await query_client.invalidateQueries({ queryKey: query.queryKey });
    } catch (refusal) {
      setProblem(messageOf(refusal));
    }
    setRunning(false);
  };
  const copy = async (id: number, address: string) => {
    await copyText(address).catch(() => undefined);
    setCopied(id);
  };
  const make = (who: string) => run(async () => {
    const made = await makeShareLink(entity.plural, record.id, who.trim() ? { recipient: who.trim() } : {});
    setRecipient("");
    await copy(made.id, location.origin + made.url);
  });
  useEffect(() => {
    if (!links || open.length > 0 || was_made.current) return;
    was_made.current = true;
    void make("");
  });
  return (
    <Modal opened onClose={onClose} title={t("web.documents.share")} size={560} closeButtonProps={{ "aria-label": t("action.close") }}>
      <div className={classes.form}>
        <p className="muted">{t("web.documents.share_hint")}</p>
        {(error || problem) && <p role="alert" className={classes.error}>{problem ?? messageOf(error)}</p>}
        <ul className={classes.links}>
          {open.map((link) => (
            <li key={link.id}>
              <div className={classes.address}>
                <input readOnly value={addressOf(link)} aria-label={t("web.documents.share_address")} onFocus={(event) => event.currentTarget.select()} />
                <IconButton label={t("web.documents.share_copy")} onClick={() => void copy(link.id, addressOf(link))}>{copied === link.id ? <IconCheck size={16} /> : <IconCopy size={16} />}</IconButton>
                <IconButton label={t("web.documents.share_close")} onClick={() => void run(() => patchRecord("share-links", link.id, link.version, { is_active: false }))}><IconLinkOff size={16} /></IconButton>
              </div>
              <small className="muted">
                {link.recipient ? `${String(link.recipient)} · ` : ""}
                {Number(link.views) > 0 ? `${tn("web.documents.share_views", Number(link.views))}, ${t("web.documents.share_last", { when: formatInstant(String(link.last_viewed_at)) })}` : t("web.documents.share_unseen")}
              </small>
            </li>
          ))}
        </ul>
        <p role="status" className="muted">{copied !== null ? t("web.documents.link_copied") : ""}</p>
        <form className={classes.line} onSubmit={(event) => { event.preventDefault(); void make(recipient); }}>
          <TextInput label={t("web.documents.share_who")} placeholder={t("web.documents.share_who_hint")} maxLength={300} value={recipient} onChange={(event) => setRecipient(event.currentTarget.value)} style={{ flex: 1 }} />
          <Button type="submit" variant="default" loading={is_running}>{t("web.documents.share_more")}</Button>
        </form>
      </div>
    </Modal>
  );
}
