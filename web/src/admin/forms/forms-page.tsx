import { useQuery } from "@tanstack/react-query";
import { FormEditor } from "@web/admin/forms/form-editor";
import { formQuery, forms_query } from "@web/admin/forms/form-calls";
import { AdminPage } from "@web/admin/shared/admin-page";
import classes from "@web/admin/shared/admin.module.css";
import { useChoice } from "@web/admin/shared/use-choice";
import { Waiting } from "@web/admin/shared/waiting";
import { ErrorNotice } from "@web/kit/error-notice";
import { t } from "@web/lib/i18n";

/** The printed forms: the shipped ones and what was made of them. */
export function FormsPage() {
  const { data: forms, error, refetch } = useQuery(forms_query);
  const [chosen, choose] = useChoice("form");
  const key = forms?.find((form) => form.key === chosen)?.key ?? forms?.[0]?.key;
  const source = useQuery({ ...formQuery(key ?? ""), enabled: key !== undefined });
  const failure = error ?? source.error;
  return (
    <AdminPage title={t("settings.page_forms")} hint={t("forms.hint")}>
      {failure ? <ErrorNotice error={failure} onRetry={() => void refetch()} /> : !forms ? <Waiting /> : (
        <div className={classes.form}>
          <nav className={`${classes.side} ${classes.inLine}`} aria-label={t("settings.page_forms")}>
            {forms.map((form) => <button key={form.key} type="button" aria-current={form.key === key} onClick={() => choose(form.key)}><span>{form.name}</span>{form.is_own && <small>{t("forms.own")}</small>}</button>)}
          </nav>
          {source.data ? <FormEditor key={`${source.data.key}\n${source.data.body}`} form={source.data} /> : <Waiting />}
        </div>
      )}
    </AdminPage>
  );
}
