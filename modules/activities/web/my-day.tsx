import { Button } from "@mantine/core";
import { IconPlus, IconSun } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { EmptyState } from "@web/kit/empty-state";
import { ErrorNotice } from "@web/kit/error-notice";
import { dayOf, dueState, formatWeekday, todayKey } from "@web/lib/format/date";
import { t } from "@web/lib/i18n";
import { onChanges } from "@web/lib/live";
import { useRecordCreator } from "@web/lib/record-creator";
import { DeedLine } from "./deed-line";
import classes from "./my-day.module.css";
import { deedKinds, readDeeds, type Deed } from "./my-day-calls";

type Part = "overdue" | "today" | "tomorrow" | "later" | "undated";

const kParts: Part[] = ["overdue", "today", "tomorrow", "later", "undated"];

function partOf(deed: Deed, now: Date): Part {
  if (!deed.due_at) return "undated";
  const state = dueState(deed.due_at, now);
  if (state === "overdue" || state === "today") return state;
  const tomorrow = todayKey(new Date(now.getTime() + 86_400_000));
  return dayOf(new Date(deed.due_at)) === tomorrow ? "tomorrow" : "later";
}

/** What I have to do, by urgency; a press says it is done, with undo. */
export function MyDay() {
  const create = useRecordCreator();
  const { data: deeds, error, refetch } = useQuery({ queryKey: ["my-day"], queryFn: ({ signal }) => readDeeds(signal) });
  useEffect(() => onChanges((changes) => {
    const keys = deedKinds().map((entity) => entity.key);
    if (changes.some((change) => keys.includes(change.entity))) void refetch();
  }), [refetch]);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  const now = new Date();
  const first = deedKinds()[0];
  const add = first?.can.create ? () => void create?.(first.key, {}) : undefined;
  return (
    <section className={classes.page} aria-label={t("web.my_day.title")}>
      <header className={classes.head}>
        <h1>{t("web.my_day.title")}</h1>
        <span className="muted">{formatWeekday(now)}</span>
        {add && deeds?.length !== 0 && <Button size="xs" leftSection={<IconPlus size={16} />} onClick={add}>{t("web.my_day.add")}</Button>}
      </header>
      {!deeds && <div className={classes.waiting} aria-busy="true">{[0, 1, 2, 3].map((line) => <span key={line} />)}</div>}
      {deeds?.length === 0 && <EmptyState icon={<IconSun size={28} />} title={t("web.my_day.empty")} text={t("web.my_day.empty_text")} action={add && <Button onClick={add}>{t("web.my_day.add")}</Button>} />}
      {kParts.map((part) => {
        const lines = (deeds ?? []).filter((deed) => partOf(deed, now) === part);
        return lines.length > 0 && (
          <section key={part} className={classes.part} data-part={part}>
            <h2>{t(`web.my_day.${part}`)} <span className="muted numbers">{lines.length}</span></h2>
            <ul>{lines.map((deed) => <DeedLine key={`${deed.entity.key}/${deed.record.id}`} deed={deed} />)}</ul>
          </section>
        );
      })}
    </section>
  );
}
