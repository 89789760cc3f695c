import { Select } from "@mantine/core";
import { useMemo, useState, type FormEvent } from "react";
import { currencyChoices } from "@web/admin/setup/currencies";
import { saveCompany, useCompany, type Company } from "@web/admin/setup/setup-calls";
import { StepFoot } from "@web/admin/setup/step-foot";
import { zoneChoices } from "@web/admin/setup/zones";
import classes from "@web/admin/shared/admin.module.css";
import { useTask } from "@web/admin/shared/use-task";
import { Waiting } from "@web/admin/shared/waiting";
import { ErrorNotice } from "@web/kit/error-notice";
import { useMe } from "@web/lib/calls/me";
import { useMetadata } from "@web/lib/calls/metadata";
import { useRecord } from "@web/lib/calls/read-record";
import { patchRecord } from "@web/lib/calls/save-record";
import { setTimeZone, t } from "@web/lib/i18n";
import { Problem, problemsByField } from "@web/lib/problem";
import type { AnyRecord } from "@web/lib/values";

export function RegionStep({ onDone }: { onDone: () => void }) {
  const people = useMetadata().entity("user");
  const me = useMe();
  const { data: company, error, refetch } = useCompany();
  const { data: user } = useRecord(people?.plural ?? "users", me.user.id);
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  return company && user && people ? <RegionForm company={company} user={user} plural={people.plural} onDone={onDone} /> : <Waiting rows={3} />;
}

/** Currency of the company; time zone and language of new people and of whoever sets this up. */
function RegionForm({ company, user, plural, onDone }: { company: Company; user: AnyRecord; plural: string; onDone: () => void }) {
  const me = useMe();
  const browser_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [currency, setCurrency] = useState(company.base_currency);
  const [zone, setZone] = useState((user.time_zone as string | null) || company.time_zone || browser_zone);
  const [language, setLanguage] = useState((user.language as string | null) || company.language);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [run, is_running] = useTask();
  const zones = useMemo(() => zoneChoices(Intl.supportedValuesOf("timeZone"), [zone, browser_zone]), [zone, browser_zone]);
  const currencies = useMemo(() => currencyChoices(currency), [currency]);
  const browser_label = zones.find((one) => one.value === browser_zone)?.label;
  const errors = problemsByField(problem);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      try {
        await saveCompany({ base_currency: currency, time_zone: zone, language });
        await patchRecord(plural, user.id, user.version, { time_zone: zone, language });
        setTimeZone(zone);
        onDone();
        if (language === me.language) return;
        localStorage.setItem("matvey.language", language);
        // The preference of this step is written half a second after the last change.
        setTimeout(() => location.reload(), 700);
      } catch (failure) {
        if (!(failure instanceof Problem) || failure.errors.length === 0) throw failure;
        setProblem(failure);
      }
    });
  };
  return (
    <form onSubmit={submit} className={classes.form} noValidate>
      <Select label={t("admin.setup_currency")} description={t("admin.setup_currency_hint")} maw={420} searchable allowDeselect={false} limit={200} data={currencies} value={currency} onChange={(value) => { setCurrency(value ?? currency); setProblem(null); }} error={errors.base_currency ?? null} />
      <Select label={t("admin.setup_zone")} description={browser_zone === zone || !browser_label ? undefined : t("admin.setup_zone_browser", { zone: browser_label })} maw={420} searchable allowDeselect={false} limit={200} data={zones} value={zone} onChange={(value) => setZone(value ?? zone)} error={errors.time_zone ?? null} />
      <Select label={t("admin.setup_language")} maw={420} allowDeselect={false} data={[{ value: "ru", label: "Русский" }, { value: "en", label: "English" }]} value={language} onChange={(value) => setLanguage(value ?? language)} error={errors.language ?? null} />
      <StepFoot is_running={is_running} />
    </form>
  );
}
