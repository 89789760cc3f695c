import { Button } from "@mantine/core";
import { useState } from "react";
import { optionBodies, optionDrafts, optionTexts } from "@web/admin/fields/field-body";
import { OptionsEditor } from "@web/admin/fields/options-editor";
import classes from "@web/admin/shared/admin.module.css";
import { changeField } from "@web/admin/shared/metadata-calls";
import { changeTexts, useTexts, type EntityTexts } from "@web/admin/shared/texts";
import { useTask } from "@web/admin/shared/use-task";
import { Waiting } from "@web/admin/shared/waiting";
import { ErrorNotice } from "@web/kit/error-notice";
import { t } from "@web/lib/i18n";
import type { Entity, Field } from "@web/lib/metadata-types";
import { showToast } from "@web/lib/toasts";

/** The options of one choice field. */
export function ChoiceOptions({ entity, field }: { entity: Entity; field: Field }) {
  const { data: texts, error, refetch } = useTexts(entity.key);
  return (
    <div className={classes.form}>
      <h2>{entity.label.one}: {field.label}</h2>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : texts ? <Loaded key={JSON.stringify([field.options, texts.options?.[field.key]])} entity={entity} field={field} texts={texts} /> : <Waiting />}
    </div>
  );
}

function Loaded({ entity, field, texts }: { entity: Entity; field: Field; texts: EntityTexts }) {
  const known = field.options ?? [];
  const before = optionDrafts(known, texts.options?.[field.key]);
  const [options, setOptions] = useState(before);
  const [run, is_running] = useTask();
  const is_changed = JSON.stringify(options) !== JSON.stringify(before);
  const save = () => run(async () => {
    const bodies = optionBodies(known, options), words = optionTexts(before, options);
    if (JSON.stringify(bodies) !== JSON.stringify(optionBodies(known, before))) await changeField(entity.key, field.key, { options: bodies });
    await changeTexts(entity.key, words ? { options: { [field.key]: words } } : {});
    showToast({ tone: "success", text: t("admin.saved") });
  });
  return (
    <>
      <OptionsEditor options={options} onChange={setOptions} />
      {is_changed && (
        <div className={classes.saveBar}>
          <span>{t("admin.unsaved")}</span>
          <Button variant="default" onClick={() => setOptions(before)}>{t("action.cancel")}</Button>
          <Button loading={is_running} onClick={() => void save()}>{t("action.save")}</Button>
        </div>
      )}
    </>
  );
}
