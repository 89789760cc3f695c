import { IconCheck } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { CompanyStep } from "@web/admin/setup/company-step";
import { DemoStep } from "@web/admin/setup/demo-step";
import { DoneStep } from "@web/admin/setup/done-step";
import { kSteps, toStep, useDoneSteps, type Step } from "@web/admin/setup/first-run";
import { PeopleStep } from "@web/admin/setup/people-step";
import { PresetStep } from "@web/admin/setup/preset-step";
import { RegionStep } from "@web/admin/setup/region-step";
import setup from "@web/admin/setup/setup.module.css";
import { AdminPage } from "@web/admin/shared/admin-page";
import classes from "@web/admin/shared/admin.module.css";
import { useChoice } from "@web/admin/shared/use-choice";
import { t } from "@web/lib/i18n";

/** The first steps after installation, each done when it is saved; they can be taken in any order and again. */
export function SetupPage() {
  const [finished, finish] = useDoneSteps();
  const [chosen, choose] = useChoice("step");
  const step = toStep(chosen);
  const heading = useRef<HTMLHeadingElement>(null);
  const current = useRef<HTMLButtonElement>(null);
  const shown = useRef(step);
  useEffect(() => {
    // Whoever listens or goes by keyboard learns that another step is on the screen.
    current.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (shown.current !== step) heading.current?.focus();
    shown.current = step;
  }, [step]);
  const next = (of: Step) => () => {
    finish(of);
    choose(kSteps[kSteps.indexOf(of) + 1] ?? "done");
  };
  return (
    <AdminPage title={t("settings.page_setup")} hint={t("admin.setup_hint")}>
      <div className={classes.split}>
        <nav aria-label={t("settings.page_setup")}>
          <ol className={`${classes.side} ${setup.steps}`}>
            {kSteps.map((one, at) => (
              <li key={one}><button ref={one === step ? current : undefined} type="button" aria-current={one === step ? "step" : undefined} onClick={() => choose(one)}><span className={setup.mark} data-done={finished.has(one) || undefined}>{finished.has(one) ? <IconCheck size={14} aria-label={t("admin.setup_is_done")} /> : at + 1}</span>{t(`admin.setup_${one}`)}</button></li>
            ))}
          </ol>
        </nav>
        <div className={classes.panel}>
          <h2 ref={heading} tabIndex={-1} className={setup.heading}>{t(`admin.setup_${step}_title`)}</h2>
          {step === "company" && <CompanyStep onDone={next("company")} />}
          {step === "region" && <RegionStep onDone={next("region")} />}
          {step === "preset" && <PresetStep onDone={next("preset")} />}
          {step === "demo" && <DemoStep onDone={next("demo")} />}
          {step === "people" && <PeopleStep onDone={next("people")} />}
          {step === "done" && <DoneStep />}
        </div>
      </div>
    </AdminPage>
  );
}
