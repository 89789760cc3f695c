import { useState } from "react";
import { t } from "@web/lib/i18n";
import type { Entity, Field } from "@web/lib/metadata-types";
import { isBlank, type AnyRecord } from "@web/lib/values";
import classes from "@web/records/card/card.module.css";
import { MarksNote } from "@web/records/card/marks-note";
import { EditableValue } from "@web/records/edit/editable-value";
import type { SaveRecord } from "@web/records/edit/use-record-editing";
import { useFieldRules } from "@web/records/form/use-field-rules";

interface CardFactsProps {
  entity: Entity;
  record: AnyRecord;
  save: SaveRecord;
}

/** The groups of fields a card shows, as its layout says; fields that no group names come last, folded. */
export function factGroups(entity: Entity): { named: Field[][]; rest: Field[] } {
  const by_key = new Map(entity.fields.map((field) => [field.key, field]));
  const groups = entity.card?.facts?.length ? entity.card.facts : [entity.fields.filter((field) => !field.system).map((field) => field.key)];
  const named = groups.map((keys) => keys.map((key) => by_key.get(key)).filter((field): field is Field => field !== undefined && !field.hidden && field.key !== entity.title));
  const used = new Set(groups.flat());
  const rest = entity.fields.filter((field) => !used.has(field.key) && !field.hidden && field.key !== "id" && field.key !== entity.title);
  return { named: named.filter((group) => group.length > 0), rest };
}

/** The facts of a record, edited in place. */
export function CardFacts({ entity, record, save }: CardFactsProps) {
  const [is_unfolded, setUnfolded] = useState(false);
  const rules = useFieldRules(entity, record);
  const { named, rest } = factGroups(entity);
  const line = (field: Field) => {
    if (!rules.isVisible(field.key)) return null;
    const is_required = rules.isRequired(field.key);
    return (
      <div key={field.key} className={classes.fact}>
        <dt title={field.help ?? undefined}>{field.label}{is_required && isBlank(record[field.key]) && <span className={classes.required} title={t("field.required")}> *</span>}</dt>
        <dd><EditableValue entity={entity} field={field} record={record} save={save} is_required={is_required} /></dd>
      </div>
    );
  };
  return (
    <div className={classes.facts}>
      <MarksNote entity={entity} record={record} />
      {named.map((group, at) => group.some((field) => rules.isVisible(field.key)) && (
        <section key={group.map((field) => field.key).join()} className={classes.group}>
          {entity.card?.groups?.[at] && <h3>{entity.card.groups[at]}</h3>}
          <dl>{group.map(line)}</dl>
        </section>
      ))}
      {rest.length > 0 && (
        <section className={classes.group}>
          <button type="button" className={classes.unfold} aria-expanded={is_unfolded} onClick={() => setUnfolded(!is_unfolded)}>{t(is_unfolded ? "card.less" : "card.more")}</button>
          {is_unfolded && <dl>{rest.map(line)}</dl>}
        </section>
      )}
    </div>
  );
}
