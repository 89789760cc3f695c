import { Link } from "@tanstack/react-router";
import { IconCircle, IconCircleCheck } from "@tabler/icons-react";
import { useState } from "react";
import { RecordLink } from "@web/fields/shared/link/record-link";
import { EntityIcon } from "@web/kit/entity-icon";
import { patchRecord } from "@web/lib/calls/save-record";
import { t } from "@web/lib/i18n";
import { announce } from "@web/lib/live";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import { isLink } from "@web/lib/values";
import { DueBadge } from "@web/records/due-badge";
import classes from "./my-day.module.css";
import type { Deed } from "./my-day-calls";

/** One thing to do: what, about whom, by when. */
export function DeedLine({ deed }: { deed: Deed }) {
  const { entity, record, due_at } = deed;
  const [is_done, setDone] = useState(false);
  const title = String(record.name ?? "");
  const subject = isLink(record.subject) ? record.subject : null;
  const setState = async (version: number, state: string) => {
    const saved = await patchRecord(entity.plural, record.id, version, { state });
    announce({ entity: entity.key, id: saved.id, version: saved.version, action: "updated", fields: ["state"] });
    return saved;
  };
  const finish = async () => {
    setDone(true);
    try {
      const saved = await setState(record.version, "done");
      showToast({ tone: "success", text: t("web.my_day.done", { title }), action: { label: t("action.undo"), run: async () => { await setState(saved.version, "planned"); } } });
    } catch (error) {
      setDone(false);
      showToast({ tone: "danger", text: messageOf(error) });
    }
  };
  return (
    <li className={classes.line} data-done={is_done || undefined}>
      <button type="button" className={classes.check} aria-label={t("web.my_day.finish", { title })} disabled={is_done || !entity.can.update} onClick={() => void finish()}>
        {is_done ? <IconCircleCheck size={20} aria-hidden="true" /> : <IconCircle size={20} aria-hidden="true" />}
      </button>
      <span className={classes.kind} title={entity.label.one}><EntityIcon name={entity.icon} size={16} /></span>
      <Link to="/$plural/$id" params={{ plural: entity.plural, id: String(record.id) }} className={`${classes.title} cut`}>{title}</Link>
      {subject && <span className={`${classes.subject} cut`}><RecordLink link={subject} entity_key={subject.entity} /></span>}
      <DueBadge at={due_at} />
    </li>
  );
}
