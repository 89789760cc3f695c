import { Button } from "@mantine/core";
import { IconCheck, IconCircle } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { CompanyStep } from "@web/admin/setup/company-step";
import { PeopleStep } from "@web/admin/setup/people-step";
import { RegionStep } from "@web/admin/setup/region-step";
import setup from "@web/admin/setup/setup.module.css";
import { AdminPage } from "@web/admin/shared/admin-page";
import classes from "@web/admin/shared/admin.module.css";
import { usePreference } from "@web/lib/calls/preferences";
import { t } from "@web/lib/i18n";

const kSteps = ["company", "region", "people", "done"] as const;
type Step = (typeof kSteps)[number];

/** The first steps after installation, each done when it is saved; they can be taken in any order and again. */
export function SetupPage() {
  const [done, setDone] = usePreference<Step[]>("setup.done");
  const [step, setStep] = useState<Step>("company");
  const finished = new Set(done ?? []);
  const next = (of: Step) => {
    setDone([...new Set([...finished, of])]);
    setStep(kSteps[kSteps.indexOf(of) + 1] ?? "done");
  };
  return (
    <AdminPage title={t("settings.page_setup")} hint={t("admin.about_setup")}>
      <div className={classes.split}>
        <ol className={`${classes.side} ${setup.steps}`}>
          {kSteps.map((one) => (
            <li key={one}><button type="button" aria-current={one === step} onClick={() => setStep(one)}>{finished.has(one) ? <IconCheck size={16} color="var(--success)" aria-label={t("admin.setup_is_done")} /> : <IconCircle size={16} aria-hidden="true" />}{t(`admin.setup_${one}`)}</button></li>
          ))}
        </ol>
        <div className={classes.panel}>
          {step === "company" && <CompanyStep onDone={() => next("company")} />}
          {step === "region" && <RegionStep onDone={() => next("region")} />}
          {step === "people" && <PeopleStep onDone={() => next("people")} />}
          {step === "done" && (
            <div className={classes.form}>
              <h2>{t("admin.setup_done_title")}</h2>
              <p>{t("admin.setup_done_text")}</p>
              <ul className={setup.links}>
                <li><Link to="/settings/$key" params={{ key: "pipelines" }}>{t("settings.page_pipelines")}</Link></li>
                <li><Link to="/settings/$key" params={{ key: "roles" }}>{t("settings.page_roles")}</Link></li>
                <li><Link to="/settings/$key" params={{ key: "fields" }}>{t("settings.page_fields")}</Link></li>
              </ul>
              <div className={classes.foot}><Link to="/"><Button component="span">{t("admin.setup_start")}</Button></Link></div>
            </div>
          )}
        </div>
      </div>
    </AdminPage>
  );
}
