import { NativeSelect } from "@mantine/core";
import { useCallback, useMemo } from "react";
import { usePreference } from "@web/lib/calls/preferences";
import { allOf } from "@web/lib/filter";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { Calendar } from "@web/records/calendar/calendar";
import { useListSearch } from "@web/records/list/list-state";
import { SectionFrame } from "@web/records/list/grouped/section-frame";
import { calendarFields } from "@web/records/list/shape/shapes";
import type { CurrentView } from "@web/records/list/shape/use-view";

/** Records by one of their dates; filters, views and the open record are those of the list. */
export function CalendarScreen({ entity, view }: { entity: Entity; view: CurrentView }) {
  const [search, update] = useListSearch();
  const fields = useMemo(() => calendarFields(entity), [entity]);
  const [chosen, choose] = usePreference<{ field: string }>(`calendar.${entity.key}`);
  const field = fields.find((one) => one.key === chosen?.field) ?? fields[0];
  const filter = useMemo(() => allOf(view.filter, search.q ? { text: search.q } : null), [view.filter, search.q]);
  const onOpen = useCallback((id: number) => update({ open: `${entity.key}/${id}` }), [entity.key, update]);
  const choice = fields.length > 1 && field && (
    <NativeSelect size="xs" w={{ base: 128, sm: 170 }} aria-label={t("calendar.field")} value={field.key} onChange={(event) => choose({ field: event.currentTarget.value })} data={fields.map((one) => ({ value: one.key, label: one.label }))} />
  );
  return (
    <SectionFrame entity={entity} view={view} shape="calendar" tools={choice}>
      {field && <Calendar key={field.key} entity={entity} field={field} filter={filter} onOpen={onOpen} />}
    </SectionFrame>
  );
}
