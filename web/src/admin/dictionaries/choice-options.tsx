import { Button } from "@mantine/core";
import { useState } from "react";
import { changedOptions } from "@web/admin/fields/field-body";
import { OptionsEditor } from "@web/admin/fields/options-editor";
import classes from "@web/admin/shared/admin.module.css";
import { changeField } from "@web/admin/shared/metadata-calls";
import { useTask } from "@web/admin/shared/use-task";
import { currentLanguage, t } from "@web/lib/i18n";
import type { Entity, Field } from "@web/lib/metadata-types";
import { showToast } from "@web/lib/toasts";

/** The options of one choice field. */
export function ChoiceOptions({ entity, field }: { entity: Entity; field: Field }) {
  const before = field.options ?? [];
  const [options, setOptions] = useState(before);
  const [run, is_running] = useTask();
  const is_changed = JSON.stringify(options) !== JSON.stringify(before);
  const save = () => run(async () => {
    const answer = await changeField(entity.key, field.key, { options: changedOptions(before, options, currentLanguage()) });
    setOptions(answer.fields.find((one) => one.key === field.key)?.options ?? options);
    showToast({ tone: "success", text: t("admin.saved") });
  });
  return (
    <div className={classes.form}>
      <h2>{entity.label.one}: {field.label}</h2>
      <OptionsEditor options={options} onChange={setOptions} />
      {is_changed && (
        <div className={classes.saveBar}>
          <span>{t("admin.unsaved")}</span>
          <Button variant="default" onClick={() => setOptions(before)}>{t("action.cancel")}</Button>
          <Button loading={is_running} onClick={() => void save()}>{t("action.save")}</Button>
        </div>
      )}
    </div>
  );
}
