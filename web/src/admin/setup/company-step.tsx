import { Button, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { parentOf } from "@web/admin/departments/tree";
import classes from "@web/admin/shared/admin.module.css";
import { refreshRecords, useRecords } from "@web/admin/shared/use-records";
import { useTask } from "@web/admin/shared/use-task";
import { useMetadata } from "@web/lib/calls/metadata";
import { createRecord, patchRecord } from "@web/lib/calls/save-record";
import { t } from "@web/lib/i18n";

/** The company is the root of the tree of departments: one root is renamed, several come under a new one. */
export function CompanyStep({ onDone }: { onDone: () => void }) {
  const entity = useMetadata().entity("department");
  const { items, is_loaded } = useRecords(entity, { fields: ["name", "parent", "head", "position"], sort: [{ field: "name" }] });
  const roots = items.filter((record) => parentOf(record) === null);
  const root = roots.length === 1 ? roots[0] : undefined;
  const [typed, setTyped] = useState<string | null>(null);
  const [run, is_running] = useTask();
  if (!entity) return null;
  const name = typed ?? (root ? String(root.name) : "");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      if (root) {
        if (name.trim() !== root.name) await patchRecord(entity.plural, root.id, root.version, { name: name.trim() });
      } else {
        const made = await createRecord(entity.plural, { name: name.trim() });
        for (const record of roots) await patchRecord(entity.plural, record.id, record.version, { parent: made.id });
      }
      await refreshRecords(entity.key);
      onDone();
    });
  };
  return (
    <form onSubmit={submit} className={classes.form}>
      <h2>{t("admin.setup_company")}</h2>
      <TextInput label={t("admin.setup_company_name")} description={t("admin.setup_company_hint")} maw={420} required value={name} onChange={(event) => setTyped(event.currentTarget.value)} />
      <div className={classes.foot}><Button type="submit" loading={is_running} disabled={!is_loaded || name.trim() === ""}>{t("admin.setup_next")}</Button></div>
    </form>
  );
}
