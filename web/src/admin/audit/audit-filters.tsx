import { Button, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { kActions, type AuditFilter } from "@web/admin/audit/audit-calls";
import { kPeriods, toPeriod } from "@web/admin/audit/period";
import classes from "@web/admin/shared/admin.module.css";
import { DayInput } from "@web/admin/shared/day-input";
import { RecordPicker } from "@web/fields/shared/link/record-picker";
import { useMetadata } from "@web/lib/calls/metadata";
import { readTitles } from "@web/lib/calls/read-titles";
import { t } from "@web/lib/i18n";

interface AuditFiltersProps {
  filter: AuditFilter;
  /** Null clears everything. */
  onChange: (changes: Partial<AuditFilter> | null) => void;
}

export function isNarrowed(filter: AuditFilter): boolean {
  return Boolean(filter.section || filter.user || filter.action || filter.period !== "any");
}

export function AuditFilters({ filter, onChange }: AuditFiltersProps) {
  const metadata = useMetadata();
  const people = metadata.entity("user");
  const sections = metadata.entities.filter((entity) => entity.kind !== "relation" && entity.kind !== "log");
  const { data: titles } = useQuery({ queryKey: ["titles", people?.plural, [filter.user]], queryFn: () => (people ? readTitles(people, [filter.user ?? 0]) : new Map<number, string>()), enabled: Boolean(people && filter.user) });
  return (
    <div className={`${classes.bar} ${classes.filters}`} role="group" aria-label={t("filter.title")}>
      {people && <div style={{ flex: "1 1 180px", maxWidth: 260 }}><RecordPicker entities={[people]} value={filter.user ? { id: filter.user, title: titles?.get(filter.user) ?? "" } : null} onChange={(user) => onChange({ user: user?.id ?? null })} label={t("admin.audit_who")} name={t("admin.audit_who")} placeholder={t("admin.audit_anybody")} can_create={false} /></div>}
      <NativeSelect label={t("admin.audit_what")} value={filter.action} onChange={(event) => onChange({ action: event.currentTarget.value })} data={[{ value: "", label: t("admin.audit_any_action") }, ...kActions.map((action) => ({ value: action, label: t(`admin.audit_action_${action}`) }))]} />
      <NativeSelect label={t("admin.section")} value={filter.section} onChange={(event) => onChange({ section: event.currentTarget.value })} data={[{ value: "", label: t("admin.audit_all") }, ...sections.map((entity) => ({ value: entity.key, label: entity.label.many })).sort((a, b) => a.label.localeCompare(b.label))]} />
      <NativeSelect label={t("admin.audit_when")} value={filter.period} onChange={(event) => onChange({ period: toPeriod(event.currentTarget.value) })} data={kPeriods.map((period) => ({ value: period, label: t(`admin.period_${period}`) }))} />
      {filter.period === "between" && <>
        <div style={{ width: 170 }}><DayInput label={t("admin.audit_from")} value={filter.from} onChange={(from) => onChange({ from })} /></div>
        <div style={{ width: 170 }}><DayInput label={t("admin.audit_to")} value={filter.to} onChange={(to) => onChange({ to })} /></div>
      </>}
      {isNarrowed(filter) && <Button variant="subtle" onClick={() => onChange(null)}>{t("list.clear_filter")}</Button>}
    </div>
  );
}
