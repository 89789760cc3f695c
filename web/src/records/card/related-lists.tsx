import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconPlus } from "@tabler/icons-react";
import { useEffect } from "react";
import { FieldView } from "@web/fields/field-view";
import { EntityIcon } from "@web/kit/entity-icon";
import { IconButton } from "@web/kit/icon-button";
import { targetOf, useMetadata } from "@web/lib/calls/metadata";
import { queryRecords } from "@web/lib/calls/query-records";
import type { Condition, Filter } from "@web/lib/filter";
import { accusative } from "@web/lib/format/accusative";
import { formatInstant } from "@web/lib/format/date";
import { t } from "@web/lib/i18n";
import { onChanges } from "@web/lib/live";
import type { Entity, Field } from "@web/lib/metadata-types";
import { useRecordCreator } from "@web/lib/record-creator";
import { titleOf } from "@web/lib/title-of";
import { isBlank, isLink, type AnyRecord } from "@web/lib/values";
import classes from "@web/records/card/related-lists.module.css";
import { DueBadge } from "@web/records/due-badge";
import { activityKinds, kNextStepField, openState } from "@web/records/next-step";

interface Relation {
  entity: Entity;
  field: Field;
}

/** Records that point to this one: what the layout names, else every link the metadata knows. Activities are in the timeline. */
function useRelations(entity: Entity): Relation[] {
  const metadata = useMetadata();
  const activities = new Set(activityKinds(metadata, entity).map((kind) => kind.entity.key));
  const named = entity.card?.related?.map((path) => ({ entity: path.split(".")[0] ?? "", field: path.split(".")[1] ?? "" }));
  const paths = named ?? entity.related ?? [];
  const relations: Relation[] = [];
  for (const path of paths) {
    const other = metadata.entity(path.entity);
    const field = other ? metadata.field(other, path.field) : undefined;
    if (!other?.can.read || !field || (activities.has(other.key) && !named)) continue;
    relations.push({ entity: other, field });
  }
  return relations;
}

export function conditionTo(field: Field, entity: Entity, id: number): Condition {
  if (field.type === "link_any") return { field: field.key, op: "eq", value: { entity: entity.key, id } };
  return field.type === "many_to_many" ? { field: field.key, op: "any_of", value: [id] } : { field: field.key, op: "eq", value: id };
}

export function RelatedLists({ entity, record }: { entity: Entity; record: AnyRecord }) {
  const relations = useRelations(entity);
  return (
    <div className={classes.lists}>
      {relations.map((relation) => <RelatedList key={`${relation.entity.key}.${relation.field.key}`} relation={relation} entity={entity} record={record} is_named={relations.filter((one) => one.entity.key === relation.entity.key).length > 1} />)}
    </div>
  );
}

const kShown = 5;

function factFields(entity: Entity, skipped: string): Field[] {
  const kinds = new Set(entity.kind === "log" ? ["link", "user", "choice"] : ["money", "decimal", "instant", "date", "choice", "phone"]);
  const columns = entity.views?.[0]?.columns ?? [];
  const fields = columns.map((key) => entity.fields.find((field) => field.key === key)).filter((field) => field !== undefined);
  return fields.filter((field) => (field.key !== entity.title || entity.kind === "relation") && field.key !== skipped && (kinds.has(field.type) || field.key === entity.stages?.field)).slice(0, 3);
}

/** A name is a link to the card; a moment, as journals have, is written as a time. */
function RelatedTitle({ entity, field, item }: { entity: Entity; field: Field | undefined; item: AnyRecord }) {
  const value = field ? item[field.key] : null;
  const target = { plural: entity.plural, id: String(item.id) };
  if (isLink(value) && field) return <FieldView field={field} value={value} record={item} />;
  const text = field?.type === "instant" || field?.type === "date" ? formatInstant(String(value ?? "")) : titleOf(entity, item);
  return entity.kind === "log" ? <span className="muted">{text}</span> : <Link to="/$plural/$id" params={target} className="cut">{text}</Link>;
}

/** `is_named`: several lists hold records of this kind, so the title says by which field. */
function RelatedList({ relation, entity, record, is_named }: { relation: Relation; entity: Entity; record: AnyRecord; is_named: boolean }) {
  const { entity: other, field } = relation;
  const create = useRecordCreator();
  const metadata = useMetadata();
  // Of a relation the other end is what one looks for: its title stands in the line and leads to it. So it is where the title is this record itself.
  const is_titled_by_this = other.fields.some((one) => one.key === other.title && one.key === field.key);
  const end = other.kind === "relation" || is_titled_by_this ? other.fields.find((one) => (one.type === "link" || one.type === "user") && one.key !== field.key && !one.system) : undefined;
  // What the program alone writes cannot be added by hand.
  const can_add = other.can.create && other.kind !== "log" && !field.read_only;
  const end_kind = end && other.kind === "relation" ? targetOf(end) : null;
  // «Contacts» says enough of a company; where the record has a contact of its own as well, the relation says by its name what these are.
  const is_plain = end_kind !== null && end_kind !== entity.key && !entity.fields.some((one) => one.type === "link" && one.to?.includes(end_kind));
  const title = `${(is_plain && metadata.entity(end_kind)?.label.many) || other.label.many}${is_named || other.key === entity.key ? ` · ${field.label}` : ""}`;
  const title_field = end ?? other.fields.find((one) => one.key === other.title);
  const facts = factFields(other, end ? "" : field.key);
  const activity = activityKinds(metadata, entity).find((kind) => kind.entity.key === other.key && kind.state && kind.due);
  const to_record = conditionTo(field, entity, record.id);
  // Of activities only what is still to do: the rest is in the timeline.
  const condition: Filter = activity ? { and: [to_record, { field: activity.state?.key ?? "", op: "eq", value: openState(activity.state) }] } : to_record;
  const sort = activity ? { field: activity.due?.key ?? "id", desc: false } : { field: "created_at", desc: true };
  const { data, isError, isFetching, refetch } = useQuery({
    queryKey: ["related", entity.plural, record.id, other.plural, field.key],
    queryFn: ({ signal }) => queryRecords(other.plural, { filter: condition, limit: kShown + 1, fields: [title_field?.key ?? other.title, ...facts.map((one) => one.key)], sort: [sort] }, signal, true),
  });
  useEffect(() => onChanges((changes) => { if (changes.some((change) => change.entity === other.key)) void refetch(); }), [other.key, refetch]);
  const items = data?.items ?? [];
  const here = { id: record.id, title: String(record[entity.title] ?? ""), entity: entity.key };
  const add = () => void create?.(other.key, { [field.key]: field.type === "many_to_many" ? [here] : here });
  return (
    <section className={classes.list}>
      <header>
        <EntityIcon name={other.icon} size={16} /><h3>{title}</h3>
        {can_add && <IconButton size={26} label={t("card.add_related", { entity: accusative(other.label.one) })} onClick={add}><IconPlus size={15} /></IconButton>}
      </header>
      {isError && !data && (
        <p role="alert" className="muted">{t("card.related_failed")} <button type="button" className={classes.again} disabled={isFetching} onClick={() => void refetch()}>{t("action.retry")}</button></p>
      )}
      {data && items.length === 0 && <p className="muted">{t("card.no_related")}</p>}
      <ul>
        {items.slice(0, kShown).map((item) => (
          <li key={item.id}>
            <RelatedTitle entity={other} field={title_field} item={item} />
            <span className={classes.facts}>
              {facts.filter((one) => !isBlank(item[one.key])).map((one) => (
                <span key={one.key}>{(one.key === activity?.due?.key || one.key === kNextStepField) ? <DueBadge at={item[one.key] as string} /> : <FieldView field={one} value={item[one.key]} record={item} is_dense />}</span>
              ))}
            </span>
          </li>
        ))}
      </ul>
      {items.length > kShown && <Button component={Link} to={`/${other.plural}`} search={{ filter: condition } as never} size="compact-xs" variant="subtle">{t("card.show_all")}</Button>}
    </section>
  );
}
