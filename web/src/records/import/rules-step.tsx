import { Checkbox, Radio, Select } from "@mantine/core";
import type { DuplicatePolicy } from "@web/lib/calls/imports";
import { t } from "@web/lib/i18n";
import classes from "@web/records/import/import.module.css";
import type { StepProps } from "@web/records/import/step-props";
import { kOwnNumber } from "@web/records/import/targets";

const kPolicies: DuplicatePolicy[] = ["skip", "fill", "overwrite", "ask", "create"];
const kKeys = new Set(["text", "phone", "email", "url", "integer"]);

/** What happens to rows whose client is known already, and how it is known. */
export function RulesStep({ entity, current, change }: StepProps) {
  const targets = new Set(current.sheets.flatMap((sheet) => (sheet.header_row >= 0 ? sheet.columns.map((column) => column.target) : [])));
  const keys = entity.fields.filter((field) => targets.has(field.key) && kKeys.has(field.type) && !field.system);
  if (targets.has(kOwnNumber)) return <p className={classes.notice}>{t("import.round_trip")}</p>;
  return (
    <>
      <Radio.Group label={t("import.duplicates")} description={t("import.duplicates_lead")} value={current.duplicates} onChange={(value) => void change({ duplicates: value as DuplicatePolicy })}>
        <div className={classes.policies}>
          {kPolicies.map((policy) => <Radio key={policy} value={policy} label={t(`import.policy_${policy}`)} description={t(`import.policy_${policy}_text`)} />)}
        </div>
      </Radio.Group>
      <Select
        label={t("import.key_field")} description={t("import.key_field_text")} data={[{ value: "auto", label: t("import.key_auto") }, ...keys.map((field) => ({ value: field.key, label: field.label }))]}
        value={current.key_field || "auto"} onChange={(key) => key && void change({ key_field: key === "auto" ? "" : key })} allowDeselect={false} w={340} maw="100%"
      />
      <Checkbox label={t("import.creates_links")} description={t("import.creates_links_text")} checked={current.creates_links} onChange={(event) => void change({ creates_links: event.currentTarget.checked })} />
    </>
  );
}
