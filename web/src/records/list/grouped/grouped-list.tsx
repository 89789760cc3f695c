import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { FieldView } from "@web/fields/field-view";
import { ErrorNotice } from "@web/kit/error-notice";
import { usePhone } from "@web/kit/use-phone";
import { aggregate, type AggregateGroup } from "@web/lib/calls/aggregate";
import { useMe } from "@web/lib/calls/me";
import { queryRecords } from "@web/lib/calls/query-records";
import { allOf, type Condition, type Query } from "@web/lib/filter";
import { formatInteger } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import { onChanges } from "@web/lib/live";
import type { Entity, Field } from "@web/lib/metadata-types";
import { isLink } from "@web/lib/values";
import { gridTemplate, isNumeric, type Column } from "@web/records/list/table/columns";
import { ListRow } from "@web/records/list/table/list-row";
import classes from "@web/records/list/grouped/grouped-list.module.css";
import { measureText } from "@web/records/list/table/measure-text";

interface GroupedListProps {
  entity: Entity;
  columns: Column[];
  query: Query;
  group: Field;
  open_id: number | null;
  onOpen: (id: number) => void;
  onShowAll: (condition: Condition) => void;
}

const kRowsShown = 50;

function conditionOf(group: Field, value: unknown): Condition {
  if (value === null || value === undefined) return { field: group.key, op: "is_empty" };
  return { field: group.key, op: "eq", value: isLink(value) ? value.id : value };
}

/** Groups with their counts and sums from one question to the server; the rows of a group come when it is opened. */
export function GroupedList({ entity, columns: chosen, query, group, ...rest }: GroupedListProps) {
  const me = useMe();
  // The group says it once; its column would say it on every row.
  const columns = chosen.filter((column) => column.path !== group.key);
  const is_phone = usePhone();
  const template = `36px ${gridTemplate(columns)}`;
  const summed = columns.filter((column) => isNumeric(column.field) && !column.path.includes(".") && column.field.type !== "percent");
  const { data, error, refetch } = useQuery({
    queryKey: ["groups", entity.plural, query.filter, group.key, summed.map((column) => column.path)],
    queryFn: ({ signal }) => aggregate(entity.plural, query.filter ?? null, [group.key], [{ fn: "count" }, ...summed.map((column) => ({ fn: "sum" as const, field: column.path }))], signal),
  });
  useEffect(() => onChanges((changes) => { if (changes.some((change) => change.entity === entity.key)) void refetch(); }), [entity.key, refetch]);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  const groups = [...(data?.groups ?? [])].sort((a, b) => Number(b.values[0] ?? 0) - Number(a.values[0] ?? 0));
  return (
    <div className={classes.scroller}>
      {!is_phone && (
        <div className={classes.heads} style={{ gridTemplateColumns: template }} aria-hidden="true">
          <span />{columns.map((column) => <span key={column.path} className="cut" data-numeric={isNumeric(column.field) || undefined}>{column.label}</span>)}
        </div>
      )}
      {groups.map((one) => (
        <GroupPart key={JSON.stringify(one.key)} entity={entity} columns={columns} query={query} group={group} part={one} {...rest}
          sums={summed.map((column, at) => ({ path: column.path, label: column.label, text: measureText(column.field, one.values[at + 1], me.currency ?? "RUB") }))} />
      ))}
    </div>
  );
}

interface GroupPartProps extends GroupedListProps {
  part: AggregateGroup;
  sums: { path: string; label: string; text: string }[];
}

function GroupPart({ entity, columns, query, group, part, sums, open_id, onOpen, onShowAll }: GroupPartProps) {
  const [is_open, setOpen] = useState(false);
  const is_phone = usePhone();
  const value = part.key[group.key];
  const condition = conditionOf(group, value);
  const count = Number(part.values[0] ?? 0);
  const { data } = useQuery({
    queryKey: ["group-rows", entity.plural, query, condition], enabled: is_open,
    queryFn: ({ signal }) => queryRecords(entity.plural, { ...query, filter: allOf(query.filter, condition), limit: kRowsShown }, signal),
  });
  const template = `36px ${gridTemplate(columns)}`;
  return (
    <section>
      <button type="button" className={classes.head} aria-expanded={is_open} onClick={() => setOpen(!is_open)} style={is_phone ? undefined : { gridTemplateColumns: template }}>
        {is_open ? <IconChevronDown size={16} aria-hidden="true" /> : <IconChevronRight size={16} aria-hidden="true" />}
        <span className={classes.name}><strong className="cut">{value === null || value === undefined ? t("list.group_empty") : <FieldView field={group} value={value} is_dense />}</strong><span className="muted numbers">{formatInteger(count)}</span></span>
        {is_phone ? sums.filter((sum) => sum.text).slice(0, 1).map((sum) => <span key={sum.path} className={`${classes.sum} numbers`}>{sum.text}</span>)
          : columns.slice(1).map((column) => <span key={column.path} className={`${classes.sum} numbers`} title={column.label}>{sums.find((sum) => sum.path === column.path)?.text}</span>)}
      </button>
      {is_open && (
        <>
          <div role={data ? "grid" : undefined} aria-label={data ? entity.label.many : undefined}>
            {(data?.items ?? []).map((record, at) => (
              <ListRow key={record.id} entity={entity} columns={columns} template={template} index={at} record={record} is_active={false} is_open={record.id === open_id} is_selected={false} has_check={false} onOpen={onOpen} onActivate={() => undefined} onToggle={() => undefined} />
            ))}
          </div>
          {count > kRowsShown && <Button size="compact-sm" variant="subtle" onClick={() => onShowAll(condition)}>{t("list.show_group", { count: formatInteger(count) })}</Button>}
        </>
      )}
    </section>
  );
}
