import { Button } from "@mantine/core";
import { IconMail, IconPhone } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { FieldView } from "@web/fields/field-view";
import { useMetadata } from "@web/lib/calls/metadata";
import { formatPhone, phoneHref } from "@web/lib/format/phone";
import { t } from "@web/lib/i18n";
import type { Entity, Field } from "@web/lib/metadata-types";
import { titleOf } from "@web/lib/title-of";
import { isBlank, type AnyRecord, type Email, type Phone } from "@web/lib/values";
import classes from "@web/records/card/card.module.css";
import { CardTitle } from "@web/records/card/card-title";
import { DoneButton } from "@web/records/card/done-button";
import { NextStepLine } from "@web/records/card/next-step-line";
import { StageBar } from "@web/records/card/stage-bar";
import type { SaveRecord } from "@web/records/edit/use-record-editing";
import { WidgetSlot } from "@web/records/card/widget-slot";
import { RecordPicture } from "@web/records/record-picture";

interface CardHeadProps {
  entity: Entity;
  record: AnyRecord;
  save: SaveRecord;
  tools: ReactNode;
  onPlan: () => void;
}

/** Key facts: what the layout names, or the sum, the city and the person responsible. */
function keyFields(entity: Entity): Field[] {
  if (entity.card?.head) return entity.card.head.map((key) => entity.fields.find((field) => field.key === key)).filter((field) => field !== undefined);
  const keys = [entity.fields.find((field) => field.type === "money")?.key, "city", entity.owner];
  return keys.map((key) => entity.fields.find((field) => field.key === key)).filter((field) => field !== undefined);
}

export function CardHead({ entity, record, save, tools, onPlan }: CardHeadProps) {
  const metadata = useMetadata();
  const title = titleOf(entity, record);
  const phone = (record[entity.fields.find((field) => field.type === "phone")?.key ?? ""] as Phone[] | undefined)?.[0];
  const email = (record[entity.fields.find((field) => field.type === "email")?.key ?? ""] as Email[] | undefined)?.[0];
  const keys = keyFields(entity).filter((field) => !isBlank(record[field.key]));
  // One sum speaks for itself; of several each says which it is.
  const are_sums_named = keys.filter((field) => field.type === "money").length > 1;
  return (
    <header className={classes.head}>
      <div className={classes.titleLine}>
        <RecordPicture entity={entity} title={title} size={40} />
        <div className={classes.titles}>
          <CardTitle entity={entity} record={record} title={title} save={save} />
          <div className={classes.keys}>
            <span className="muted">{entity.label.one}{typeof record.number === "string" ? ` ${record.number}` : ""}</span>
            {keys.map((field) => (
              <span key={field.key} title={metadata.field(entity, field.key)?.label}>{are_sums_named && field.type === "money" && <span className="muted">{field.label}: </span>}<FieldView field={field} value={record[field.key]} record={record} is_dense /></span>
            ))}
          </div>
        </div>
        <div className={classes.tools}>{tools}</div>
      </div>
      <div className={classes.actions}>
        {phone && <Button component="a" href={phoneHref(phone)} size="xs" leftSection={<IconPhone size={15} />} title={formatPhone(phone)}>{t("card.call")}</Button>}
        {email && <Button component="a" href={`mailto:${email.value ?? email.raw}`} size="xs" variant="default" leftSection={<IconMail size={15} />}>{t("card.write")}</Button>}
        <DoneButton entity={entity} record={record} save={save} />
        <WidgetSlot slot="card.head" entity={entity} record={record} />
        <NextStepLine entity={entity} record={record} onPlan={onPlan} />
      </div>
      {entity.stages && <StageBar entity={entity} record={record} save={save} />}
    </header>
  );
}
