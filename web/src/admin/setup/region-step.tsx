import { Button, Select } from "@mantine/core";
import { useState, type FormEvent } from "react";
import classes from "@web/admin/shared/admin.module.css";
import { useTask } from "@web/admin/shared/use-task";
import { useMe } from "@web/lib/calls/me";
import { useMetadata } from "@web/lib/calls/metadata";
import { useRecord } from "@web/lib/calls/read-record";
import { patchRecord } from "@web/lib/calls/save-record";
import { currencyName } from "@web/admin/setup/currency-name";
import { setTimeZone, t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";

export function RegionStep({ onDone }: { onDone: () => void }) {
  const people = useMetadata().entity("user");
  return people ? <Region people={people} onDone={onDone} /> : null;
}

/** Time zone and language of the signed-in administrator; the currency is named, because it is set when the base is made. */
function Region({ people, onDone }: { people: Entity; onDone: () => void }) {
  const me = useMe();
  const { data: user } = useRecord(people.plural, me.user.id);
  const [zone, setZone] = useState<string | null>(null);
  const [language, setLanguage] = useState<string | null>(null);
  const [run, is_running] = useTask();
  const zones = Intl.supportedValuesOf("timeZone");
  const browser_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const chosen_zone = zone ?? (user?.time_zone as string | null | undefined) ?? browser_zone;
  const chosen_language = language ?? (user?.language as string | null | undefined) ?? "ru";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!user) return;
    void run(async () => {
      await patchRecord(people.plural, user.id, user.version, { time_zone: chosen_zone, language: chosen_language });
      setTimeZone(chosen_zone);
      onDone();
      if (chosen_language !== me.language) {
        localStorage.setItem("matvey.language", chosen_language);
        // The preference of this step is written half a second after the last change.
        setTimeout(() => location.reload(), 700);
      }
    });
  };
  return (
    <form onSubmit={submit} className={classes.form}>
      <h2>{t("admin.setup_region")}</h2>
      <Select label={t("admin.setup_zone")} description={browser_zone === chosen_zone ? undefined : t("admin.setup_zone_browser", { zone: browser_zone })} maw={420} searchable allowDeselect={false} limit={200} data={[...new Set([chosen_zone, ...zones])]} value={chosen_zone} onChange={setZone} />
      <Select label={t("admin.setup_language")} maw={420} allowDeselect={false} data={[{ value: "ru", label: "Русский" }, { value: "en", label: "English" }]} value={chosen_language} onChange={setLanguage} />
      <p className="muted">{t("admin.setup_currency", { currency: currencyName(me.currency) })}</p>
      <div className={classes.foot}><Button type="submit" loading={is_running} disabled={!user}>{t("admin.setup_next")}</Button></div>
    </form>
  );
}
