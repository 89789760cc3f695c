import { Popover, UnstyledButton } from "@mantine/core";
import { IconCalendar } from "@tabler/icons-react";
import { lazy, Suspense, useCallback, useState } from "react";
import { parseTypedDate, typedToInstant } from "@web/fields/shared/date/parse-date";
import { TextControl } from "@web/fields/shared/text-control";
import type { InputProps } from "@web/fields/types";
import { instantToLocal } from "@web/lib/format/date";
import { t } from "@web/lib/i18n";

const Calendar = lazy(async () => ({ default: (await import("@web/fields/shared/date/calendar")).Calendar }));
const kDefaultTime = "18:00";

function dayMonthYear(iso: string): string {
  const [year, month, day] = iso.slice(0, 10).split("-");
  return `${day}.${month}.${year}`;
}

/** A date that is typed («завтра 15:00», «+3», «12.05») or picked in a calendar, whose code comes when it is opened. */
export function DateControl({ input, has_time }: { input: InputProps; has_time: boolean }) {
  const [is_open, setOpen] = useState(false);
  const format = useCallback((value: unknown) => {
    if (!value) return "";
    if (!has_time) return dayMonthYear(String(value));
    const local = instantToLocal(String(value));
    return `${dayMonthYear(local)} ${local.slice(11)}`;
  }, [has_time]);
  const parse = useCallback((text: string) => {
    const typed = parseTypedDate(text);
    if (!typed) return undefined;
    return has_time ? (typedToInstant(typed, kDefaultTime) ?? undefined) : typed.date;
  }, [has_time]);
  const pick = (day: string) => {
    const time = has_time && input.value ? instantToLocal(String(input.value)).slice(11) : null;
    const value = has_time ? typedToInstant({ date: day, time }, kDefaultTime) : day;
    input.onChange(value);
    setOpen(false);
    if (!has_time) input.onCommit?.(value);
  };
  const chosen = input.value ? (has_time ? instantToLocal(String(input.value)).slice(0, 10) : String(input.value).slice(0, 10)) : null;
  return (
    <div style={{ display: "flex", alignItems: "flex-end", gap: 4 }}>
      <div style={{ flex: 1, minWidth: 0 }}>
        <TextControl input={input} format={format} parse={parse} placeholder={t(has_time ? "field.instant_hint" : "field.date_hint")} bad_text={t("field.not_date")} />
      </div>
      <Popover opened={is_open} onChange={setOpen} position="bottom-end" trapFocus returnFocus>
        <Popover.Target>
          <UnstyledButton aria-label={t("field.open_calendar", { field: input.field.label })} onClick={() => setOpen((before) => !before)} style={{ display: "flex", padding: 9, color: "var(--muted)" }}>
            <IconCalendar size={18} />
          </UnstyledButton>
        </Popover.Target>
        <Popover.Dropdown><Suspense fallback={<div style={{ width: 256, height: 260 }} />}><Calendar value={chosen} onPick={pick} /></Suspense></Popover.Dropdown>
      </Popover>
    </div>
  );
}
