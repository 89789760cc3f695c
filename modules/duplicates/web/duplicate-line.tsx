import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Badge } from "@web/kit/badge";
import { decideDuplicate, type DuplicatePair, type DuplicateReason, type DuplicateRecord } from "@web/lib/calls/duplicates";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import classes from "./duplicates.module.css";

interface DuplicateLineProps {
  entity: Entity;
  pair: DuplicatePair;
  onMerge: (ids: number[]) => void;
  onDecided: () => void;
}

const kTones = { equal: "success", similar: "info", differs: "warning" } as const;

/** A pair with its reasons and what can be done about it. */
export function DuplicateLine({ entity, pair, onMerge, onDecided }: DuplicateLineProps) {
  const metadata = useMetadata();
  const label = (reason: DuplicateReason) => t(`web.duplicates.${reason.agreement}`, { field: metadata.field(entity, reason.field)?.label ?? reason.field });
  const ids = pair.records.map((record) => record.id).filter((id) => id !== undefined);
  const decide = async (decision: "dismiss" | "reopen") => {
    try {
      await decideDuplicate(pair.id, decision);
      if (decision === "dismiss") showToast({ tone: "success", text: t("web.duplicates.dismissed"), action: { label: t("action.undo"), run: async () => { await decideDuplicate(pair.id, "reopen"); onDecided(); } } });
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
    }
    onDecided();
  };
  return (
    <li className={classes.pair}>
      <div className={classes.sides}>
        {pair.records.map((record, side) => <Side key={record.id ?? `side-${side}`} entity={entity} record={record} />)}
      </div>
      <div className={classes.why}>
        {pair.score !== null && <strong className="numbers" title={t("web.duplicates.score", { score: pair.score })}>{pair.score}</strong>}
        {pair.reasons.map((reason) => <Badge key={reason.field} tone={kTones[reason.agreement]}>{label(reason)}</Badge>)}
        <span className={classes.gap} />
        {pair.state === "open" && ids.length > 1 && entity.can.update && <Button size="compact-sm" variant="default" onClick={() => void decide("dismiss")}>{t("web.duplicates.dismiss")}</Button>}
        {pair.state === "not_duplicate" && entity.can.update && <Button size="compact-sm" variant="default" onClick={() => void decide("reopen")}>{t("web.duplicates.reopen")}</Button>}
        {pair.state === "open" && ids.length > 1 && entity.can.delete && <Button size="compact-sm" onClick={() => onMerge(ids)}>{t("web.duplicates.merge")}</Button>}
      </div>
    </li>
  );
}

function Side({ entity, record }: { entity: Entity; record: DuplicateRecord }) {
  const facts = Object.values(record.facts ?? {}).join(" · ");
  const owner = record.owner?.title ? t("web.duplicates.owner", { name: record.owner.title }) : "";
  return (
    <div className={classes.side}>
      {record.id === undefined ? <em>{t("web.duplicates.hidden")}</em> : <Link to="/$plural/$id" params={{ plural: entity.plural, id: String(record.id) }}>{record.title ?? record.id}</Link>}
      <p className="muted">{[facts, owner].filter(Boolean).join(" · ")}</p>
    </div>
  );
}
