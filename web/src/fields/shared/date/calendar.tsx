import { DatePicker, DatesProvider } from "@mantine/dates";
import "@mantine/dates/styles.layer.css";
import "dayjs/locale/ru";
import { currentLanguage } from "@web/lib/i18n";

/** A month to pick a day from. */
export function Calendar({ value, onPick }: { value: string | null; onPick: (day: string) => void }) {
  return (
    <DatesProvider settings={{ locale: currentLanguage(), firstDayOfWeek: 1 }}>
      <DatePicker value={value} defaultDate={value ?? undefined} onChange={(day) => { if (day) onPick(String(day).slice(0, 10)); }} />
    </DatesProvider>
  );
}
