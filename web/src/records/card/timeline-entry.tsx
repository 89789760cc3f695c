import { Link } from "@tanstack/react-router";
import { IconHistory } from "@tabler/icons-react";
import { RichContent } from "@web/fields/shared/rich-content";
import { htmlToText } from "@web/fields/shared/html";
import { EntityIcon } from "@web/kit/entity-icon";
import { useMetadata } from "@web/lib/calls/metadata";
import { changesOf } from "@web/lib/calls/history";
import type { TimelineItem } from "@web/lib/calls/timeline";
import { formatInstantFully, formatTime } from "@web/lib/format/date";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { ChangeList } from "@web/records/card/change-list";
import classes from "@web/records/card/timeline.module.css";
import { DueBadge } from "@web/records/due-badge";
import { activityKinds, openState } from "@web/records/next-step";

/** One line of the feed: an activity with its text, or a change of fields. */
export function TimelineEntry({ entity, item }: { entity: Entity; item: TimelineItem }) {
  const metadata = useMetadata();
  const other = metadata.entity(item.entity ?? item.kind);
  const time = <time className="muted numbers" dateTime={item.at} title={formatInstantFully(item.at)}>{formatTime(item.at)}</time>;
  if (!other || other.key === entity.key) {
    return (
      <article className={classes.entry} data-quiet>
        <span className={classes.icon}><IconHistory size={15} aria-hidden="true" /></span>
        <div className={classes.text}><ChangeList entity={entity} changes={changesOf(item)} fallback={item.title ?? item.text ?? ""} /></div>
        <span className={classes.meta}>{item.user?.title} {time}</span>
      </article>
    );
  }
  const kind = activityKinds(metadata, entity).find((one) => one.entity.key === other.key);
  const record = item.record ?? {};
  const state = (item.state ?? record[kind?.state?.key ?? ""] ?? null) as string | null;
  const is_open = kind?.state !== null && kind !== undefined && state !== null && state === openState(kind.state);
  const due = kind?.due ? (record[kind.due.key] as string | null | undefined) : null;
  const body = item.text && item.text !== item.title ? item.text : null;
  const title = item.title ? htmlToText(item.title) : "";
  const title_is_body = other.fields.find((field) => field.key === other.title)?.type === "rich_text";
  const state_label = kind?.state?.options?.find((option) => option.key === state)?.label;
  return (
    <article className={classes.entry} data-open={is_open || undefined}>
      <span className={classes.icon}><EntityIcon name={other.icon} size={15} /></span>
      <div className={classes.text}>
        <div className={classes.line}>
          <span className="muted">{other.label.one}</span>
          {!title_is_body && title && <Link to="/$plural/$id" params={{ plural: other.plural, id: String(item.id) }} className={classes.title}>{title}</Link>}
          {is_open && due ? <DueBadge at={due} /> : state_label && !is_open ? <span className="muted">{state_label.toLowerCase()}</span> : null}
        </div>
        {title_is_body ? <div className={classes.body}><RichContent html={item.text ?? item.title ?? ""} /></div> : body && <div className={classes.body}><RichContent html={body} /></div>}
      </div>
      <span className={classes.meta}>{item.user?.title} {time}</span>
      <span className="unseen">{is_open ? t("timeline.planned") : ""}</span>
    </article>
  );
}
