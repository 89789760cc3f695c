import { EmptyState } from "@web/kit/empty-state";
import { AdminPage } from "@web/admin/shared/admin-page";
import { ChoiceOptions } from "@web/admin/dictionaries/choice-options";
import { DictionaryList } from "@web/admin/dictionaries/dictionary-list";
import { stagedEntities } from "@web/admin/pipelines/pipelines-page";
import classes from "@web/admin/shared/admin.module.css";
import { useChoice } from "@web/admin/shared/use-choice";
import { EntityIcon } from "@web/kit/entity-icon";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";

/** Lists to choose from: small tables of their own (reasons of loss) and the options of choice fields. */
export function DictionariesPage() {
  const metadata = useMetadata();
  const [chosen, choose] = useChoice("list");
  const staged = stagedEntities(metadata);
  const is_pipeline = (key: string) => staged.some((one) => one.stage.key === key || one.pipeline.key === key);
  const tables = metadata.entities.filter((entity) => entity.kind === "record" && !entity.owner && !entity.custom && !is_pipeline(entity.key) && entity.fields.some((field) => field.key === "position"));
  const choices = metadata.entities.filter((entity) => entity.kind === "record" && !tables.includes(entity) && !is_pipeline(entity.key)).flatMap((entity) => entity.fields
    .filter((field) => (field.type === "choice" || field.type === "multi_choice") && !field.system && !field.hidden && !field.read_only).map((field) => ({ id: `${entity.key}.${field.key}`, entity, field })));
  const table = tables.find((entity) => entity.key === chosen) ?? (chosen ? undefined : tables[0]);
  const choice = choices.find((one) => one.id === chosen) ?? (table ? undefined : choices[0]);
  return (
    <AdminPage title={t("settings.page_dictionaries")} hint={t("admin.dictionaries_hint")}>
      {!table && !choice ? <EmptyState title={t("admin.nothing_found")} /> : (
        <div className={classes.split}>
          <nav className={classes.side} aria-label={t("settings.page_dictionaries")}>
            {tables.map((entity) => <button key={entity.key} type="button" aria-current={entity === table} onClick={() => choose(entity.key)}><EntityIcon name={entity.icon} size={16} /><span className="cut">{entity.label.many}</span></button>)}
            <h3>{t("admin.dictionary_choices")}</h3>
            {choices.map((one) => <button key={one.id} type="button" aria-current={one === choice} onClick={() => choose(one.id)}><span className="cut">{one.field.label}</span><small className="cut">{one.entity.label.one}</small></button>)}
          </nav>
          {table ? <DictionaryList key={table.key} entity={table} /> : choice && <ChoiceOptions key={choice.id} entity={choice.entity} field={choice.field} />}
        </div>
      )}
    </AdminPage>
  );
}
