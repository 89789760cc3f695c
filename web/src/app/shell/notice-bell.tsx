import { Popover, UnstyledButton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { IconBell } from "@tabler/icons-react";
import { useState } from "react";
import classes from "@web/app/shell/notice-bell.module.css";
import { LazyPopover } from "@web/kit/lazy-popover";
import { useMetadata } from "@web/lib/calls/metadata";
import { isUnread, markNoticesRead, useNotices, type Notice } from "@web/lib/calls/notices";
import { formatInstant } from "@web/lib/format/date";
import { t, tn } from "@web/lib/i18n";

/** Notices with the number of unread ones; opening the list marks them read. */
export function NoticeBell() {
  const [is_open, setOpen] = useState(false);
  const { data, isError } = useNotices();
  const notices = data?.items ?? [];
  const unread = data?.unread ?? notices.filter(isUnread).length;
  const toggle = (next: boolean) => {
    setOpen(next);
    const ids = notices.filter(isUnread).map((notice) => notice.id);
    if (!next && ids.length > 0) void markNoticesRead(ids).catch(() => undefined);
  };
  return (
    <LazyPopover
      opened={is_open} onChange={toggle} position="bottom-end" width={360} trapFocus returnFocus
      target={
        <UnstyledButton className={classes.bell} aria-label={unread > 0 ? tn("notices.unread", unread) : t("notices.title")} title={t("notices.title")} onClick={() => toggle(!is_open)}>
          <IconBell size={19} aria-hidden="true" />{unread > 0 && <span className={classes.dot} data-count={unread > 99 ? "99+" : unread} aria-hidden="true" />}
        </UnstyledButton>
      }
    >
      {() => <Popover.Dropdown p={0} aria-label={t("notices.title")}>
        <h2 className={classes.title} tabIndex={-1} data-autofocus>{t("notices.title")}</h2>
        {notices.length === 0 && <p className={`${classes.empty} muted`}>{t(isError ? "notices.failed" : "notices.empty")}</p>}
        <ul className={classes.list}>{notices.map((notice) => <NoticeLine key={notice.id} notice={notice} onOpen={() => toggle(false)} />)}</ul>
      </Popover.Dropdown>}
    </LazyPopover>
  );
}

function NoticeLine({ notice, onOpen }: { notice: Notice; onOpen: () => void }) {
  const entity = useMetadata().entity(notice.entity);
  const at = notice.at ?? notice.created_at;
  const content = <><span>{notice.title ?? notice.text}</span>{at && <time className="muted" dateTime={at}>{formatInstant(at)}</time>}</>;
  return (
    <li data-unread={isUnread(notice) || undefined}>
      {entity && notice.record_id ? <Link to="/$plural/$id" params={{ plural: entity.plural, id: String(notice.record_id) }} onClick={onOpen}>{content}</Link> : <div>{content}</div>}
    </li>
  );
}
