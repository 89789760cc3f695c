import { Link } from "@tanstack/react-router";
import { IconHistory } from "@tabler/icons-react";
import { FieldView } from "@web/fields/field-view";
import { htmlToText } from "@web/fields/shared/rich/html";
import { EntityIcon } from "@web/kit/entity-icon";
import { useMetadata } from "@web/lib/calls/metadata";
import type { TimelineItem } from "@web/lib/calls/timeline";
import { formatInstantFully, formatTime } from "@web/lib/format/date";
import { t, type TextKey } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { isBlank, isLink, type AnyRecord } from "@web/lib/values";
import classes from "@web/records/card/timeline.module.css";
import { DueBadge } from "@web/records/due-badge";
import { activityKinds, openState } from "@web/records/next-step";

const kActions = new Set(["created", "updated", "deleted", "restored", "undone", "merged"]);
const kTextTypes = new Set(["rich_text", "long_text"]);

function Time({ at }: { at: string }) {
  return <time className="muted numbers" dateTime={at} title={formatInstantFully(at)}>{formatTime(at)}</time>;
}

/** One line of the feed: an activity with its text, or a change of fields. */
export function TimelineEntry({ entity, item }: { entity: Entity; item: TimelineItem }) {
  const metadata = useMetadata();
  const other = metadata.entity(item.kind);
  if (other && item.record) return <ActivityEntry entity={entity} other={other} record={item.record} at={item.at} />;
  const labels = (item.change?.fields ?? []).map((key) => metadata.field(entity, key)).filter((field) => field && !field.hidden).map((field) => field?.label.toLowerCase());
  const action = item.change?.action ?? "updated";
  return (
    <article className={classes.entry} data-quiet>
      <span className={classes.icon}><IconHistory size={15} aria-hidden="true" /></span>
      <div className={classes.line}>
        {item.change?.user?.title ?? t("history.program")} <span className="muted">— {kActions.has(action) ? t(`history.${action}` as TextKey) : action}{action === "updated" && labels.length > 0 ? `: ${labels.join(", ")}` : ""}</span>
      </div>
      <span className={classes.meta}><Time at={item.at} /></span>
    </article>
  );
}

function ActivityEntry({ entity, other, record, at }: { entity: Entity; other: Entity; record: AnyRecord; at: string }) {
  const metadata = useMetadata();
  const kind = activityKinds(metadata, entity).find((one) => one.entity.key === other.key);
  const state = kind?.state ? (record[kind.state.key] as string | null) : null;
  const is_open = state !== null && kind !== undefined && state === openState(kind.state);
  const due = kind?.due ? (record[kind.due.key] as string | null | undefined) : null;
  const title_field = metadata.field(other, other.title);
  const is_title_body = title_field !== undefined && kTextTypes.has(title_field.type);
  const bodies = other.fields.filter((field) => kTextTypes.has(field.type) && !field.hidden && !isBlank(record[field.key]));
  const option = kind?.state?.options?.find((one) => one.key === state);
  const who = other.owner ? record[other.owner] : record.created_by;
  const facts = other.fields.filter((field) => (field.type === "choice" || field.type === "duration") && field.key !== kind?.state?.key && !field.hidden && !isBlank(record[field.key]) && field.default !== record[field.key]).slice(0, 3);
  const has_facts = facts.length > 0;
  const kind_text = `${other.label.one}${option && !is_open ? `, ${option.label.toLowerCase()}` : ""}`;
  return (
    <article className={classes.entry} data-open={is_open || undefined}>
      <span className={classes.icon}><EntityIcon name={other.icon} size={15} /></span>
      <div className={classes.text}>
        <div className={classes.line}>
          {is_title_body ? <span className={classes.title}>{other.label.one}</span> : <Link to="/$plural/$id" params={{ plural: other.plural, id: String(record.id) }} className={classes.title}>{htmlToText(String(record[other.title] ?? `№ ${record.id}`))}</Link>}
          {is_open && due && <DueBadge at={due} />}
          {!has_facts && !is_title_body && <span className={classes.kind}>{kind_text}</span>}
        </div>
        {has_facts && (
          <div className={classes.facts}>
            {!is_title_body && <span>{kind_text}</span>}
            {facts.map((field) => <span key={field.key} title={field.label}><FieldView field={field} value={record[field.key]} is_dense /></span>)}
          </div>
        )}
        {bodies.map((field) => <div key={field.key} className={classes.body}><FieldView field={field} value={record[field.key]} record={record} /></div>)}
      </div>
      <span className={classes.meta}>{isLink(who) ? who.title : ""} <Time at={at} /></span>
      <span className="unseen">{is_open ? t("timeline.planned") : ""}</span>
    </article>
  );
}
