import { Calendar as Engine, type EventDropArg, type EventInput } from "@fullcalendar/core";
import ru from "@fullcalendar/core/locales/ru";
import day_grid from "@fullcalendar/daygrid";
import interaction from "@fullcalendar/interaction";
import time_grid from "@fullcalendar/timegrid";
import { useEffect, useRef, useState } from "react";
import { usePhone } from "@web/kit/use-phone";
import { queryRecords } from "@web/lib/calls/query-records";
import { allOf, type Filter } from "@web/lib/filter";
import { dueState, formatDate, formatInstant, instantToLocal, localToInstant } from "@web/lib/format/date";
import { currentLanguage, t } from "@web/lib/i18n";
import { onChanges } from "@web/lib/live";
import type { Entity, Field } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import { useRecordCreator } from "@web/lib/record-creator";
import { showToast } from "@web/lib/toasts";
import type { AnyRecord } from "@web/lib/values";
import classes from "@web/records/calendar/calendar.module.css";
import { canEdit } from "@web/records/edit/editable-value";
import { useRecordEditing } from "@web/records/edit/use-record-editing";
import { doneState, openState } from "@web/records/next-step";

interface CalendarProps {
  entity: Entity;
  field: Field;
  filter: Filter | null;
  onOpen: (id: number) => void;
}

const kMost = 1000;

/** The engine thinks in local time without a zone; the user's zone is ours to apply. */
function shown(field: Field, value: unknown): string | null {
  if (typeof value !== "string") return null;
  return field.type === "date" ? value.slice(0, 10) : instantToLocal(value);
}

function wire(field: Field, date: string): string | null {
  return field.type === "date" ? date.slice(0, 10) : localToInstant(date.slice(0, 16));
}

/** Month, week and day of FullCalendar over pages of the server; a record is moved by dragging, with undo. */
export function Calendar({ entity, field, filter, onOpen }: CalendarProps) {
  const place = useRef<HTMLDivElement>(null);
  const engine = useRef<Engine | null>(null);
  const is_phone = usePhone();
  const create = useRecordCreator();
  const { save, dialogs } = useRecordEditing(entity);
  const [is_cut, setCut] = useState(false);
  const end = entity.fields.find((one) => one.key === "ends_at" && one.type === field.type && field.key !== one.key);
  const state = entity.fields.find((one) => one.key === "state" && one.type === "choice") ?? null;
  const latest = useRef({ onOpen, create, save, filter });
  latest.current = { onOpen, create, save, filter };
  const key = JSON.stringify(filter);

  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const read = async (from: string, to: string): Promise<EventInput[]> => {
      const low = field.type === "date" ? from.slice(0, 10) : localToInstant(from.slice(0, 16));
      const high = field.type === "date" ? to.slice(0, 10) : localToInstant(to.slice(0, 16));
      const ask = (part: Filter | null, limit: number) => queryRecords(entity.plural, {
        filter: allOf(latest.current.filter, { field: field.key, op: "gte", value: low }, { field: field.key, op: "lt", value: high }, part), sort: [{ field: field.key, desc: false }],
        fields: ["version", entity.title, field.key, ...(end ? [end.key] : []), ...(state ? [state.key] : [])], limit,
      });
      const open = openState(state);
      // What is still to do must not give way to what is done.
      const pages = await Promise.all(state && open ? [ask({ field: state.key, op: "eq", value: open }, kMost / 2), ask({ field: state.key, op: "ne", value: open }, kMost / 2)] : [ask(null, kMost)]);
      setCut(pages.some((page) => page.next !== null));
      return pages.flatMap((page) => page.items.map((record) => eventOf(record)));
    };
    const eventOf = (record: AnyRecord): EventInput => {
      const is_done = state !== null && record[state.key] === doneState(state);
      const finish = end ? shown(end, record[end.key]) : null;
      return {
        id: String(record.id), title: String(record[entity.title] ?? `№ ${record.id}`), start: shown(field, record[field.key]) ?? "", ...(finish ? { end: finish } : {}), allDay: field.type === "date",
        classNames: [is_done ? "is-done" : `is-${dueState(record[field.key] as string)}`], extendedProps: { record },
      };
    };
    const move = async (arg: EventDropArg) => {
      const record = arg.event.extendedProps.record as AnyRecord;
      const value = wire(field, arg.event.startStr);
      const later = end && record[end.key] && arg.event.endStr ? { [end.key]: wire(end, arg.event.endStr) } : {};
      try {
        const saved = await latest.current.save(record, { [field.key]: value, ...later });
        if (!saved) return arg.revert();
        const undo = async () => { await latest.current.save(saved, { [field.key]: record[field.key], ...(end && record[end.key] ? { [end.key]: record[end.key] } : {}) }); };
        const date = field.type === "date" ? formatDate(value) : formatInstant(value);
        showToast({ tone: "success", text: t("calendar.moved", { title: arg.event.title, date }), action: { label: t("action.undo"), run: undo } });
      } catch (error) {
        arg.revert();
        showToast({ tone: "danger", text: messageOf(error) });
      }
      return undefined;
    };
    const made = new Engine(element, {
      plugins: [day_grid, time_grid, interaction], initialView: is_phone ? "timeGridDay" : "dayGridMonth", locales: [ru], locale: currentLanguage(), firstDay: 1, height: "100%", timeZone: "UTC", now: () => instantToLocal(new Date().toISOString()),
      headerToolbar: { left: is_phone ? "prev,next" : "prev,next today", center: "title", right: field.type === "date" ? "" : is_phone ? "dayGridMonth,timeGridDay" : "dayGridMonth,timeGridWeek,timeGridDay" }, nowIndicator: true, dayMaxEvents: true, navLinks: field.type !== "date",
      buttonText: { prev: "‹", next: "›", today: t("calendar.today"), month: t("calendar.month"), week: t("calendar.week"), day: t("calendar.day") }, buttonIcons: false, moreLinkDidMount: ({ el }) => el.setAttribute("role", "button"), dayCellDidMount: ({ el }) => el.removeAttribute("aria-labelledby"), buttonHints: { prev: t("calendar.previous"), next: t("calendar.next"), today: t("calendar.today") },
      moreLinkContent: ({ num }) => t("calendar.more", { count: num }), allDayText: t("calendar.all_day"), eventTimeFormat: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, slotLabelFormat: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
      scrollTime: "08:00", editable: canEdit(entity, field), eventDurationEditable: false, eventInteractive: true,
      events: ({ startStr, endStr }, onRead, onFail) => { read(startStr, endStr).then(onRead, onFail); },
      eventSourceFailure: (error) => showToast({ tone: "danger", text: messageOf(error) }),
      eventClick: ({ event }) => latest.current.onOpen(Number(event.id)), eventDrop: (arg) => void move(arg),
      dateClick: ({ dateStr }) => { if (entity.can.create && !field.read_only) void latest.current.create?.(entity.key, { [field.key]: field.type === "date" ? dateStr.slice(0, 10) : localToInstant(dateStr.includes("T") ? dateStr.slice(0, 16) : `${dateStr}T10:00`) }); },
    });
    engine.current = made;
    made.render();
    return () => made.destroy();
  }, [entity, field, end, state, is_phone]);
  useEffect(() => engine.current?.refetchEvents(), [key]);
  useEffect(() => onChanges((changes) => { if (changes.some((change) => change.entity === entity.key)) engine.current?.refetchEvents(); }), [entity.key]);
  return (
    <>
      <div ref={place} className={classes.calendar} />
      {is_cut && <p className={`${classes.note} muted`} role="status">{t("calendar.too_many", { count: kMost })}</p>}
      {dialogs}
    </>
  );
}
