import { Button, FileButton, TextInput } from "@mantine/core";
import { IconPhoto } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { parentOf } from "@web/admin/departments/tree";
import { saveCompany, useCompany, type Company } from "@web/admin/setup/setup-calls";
import { StepFoot } from "@web/admin/setup/step-foot";
import classes from "@web/admin/shared/admin.module.css";
import { refreshRecords, useRecords } from "@web/admin/shared/use-records";
import { useTask } from "@web/admin/shared/use-task";
import { Waiting } from "@web/admin/shared/waiting";
import { ErrorNotice } from "@web/kit/error-notice";
import { useMetadata } from "@web/lib/calls/metadata";
import { createRecord, patchRecord } from "@web/lib/calls/save-record";
import { uploadFile } from "@web/lib/calls/upload-file";
import { t } from "@web/lib/i18n";
import { Problem, problemsByField } from "@web/lib/problem";
import type { FileValue } from "@web/lib/values";

export function CompanyStep({ onDone }: { onDone: () => void }) {
  const { data: company, error, refetch } = useCompany();
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  return company ? <CompanyForm company={company} onDone={onDone} /> : <Waiting rows={2} />;
}

/** Name and logo; the first department is named after the company, so that the structure has a top. */
function CompanyForm({ company, onDone }: { company: Company; onDone: () => void }) {
  const entity = useMetadata().entity("department");
  const { items } = useRecords(entity, { fields: ["name", "parent"], sort: [{ field: "name" }] });
  const [name, setName] = useState(company.name);
  const [logo, setLogo] = useState<FileValue | null>(company.logo);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [run, is_running] = useTask();
  const errors = problemsByField(problem);
  const upload = (file: File | null) => void run(async () => {
    if (file) setLogo(await uploadFile(file));
    setProblem(null);
  });
  const nameTop = async () => {
    if (!entity) return;
    const root = items.find((record) => parentOf(record) === null && record.name === company.name);
    if (root && root.name !== name.trim()) await patchRecord(entity.plural, root.id, root.version, { name: name.trim() });
    else if (items.length === 0) await createRecord(entity.plural, { name: name.trim() });
    await refreshRecords(entity.key);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      try {
        await saveCompany({ name: name.trim(), logo: logo?.id ?? null });
        await nameTop();
        onDone();
      } catch (failure) {
        if (!(failure instanceof Problem) || failure.errors.length === 0) throw failure;
        setProblem(failure);
      }
    });
  };
  return (
    <form onSubmit={submit} className={classes.form} noValidate>
      <TextInput label={t("admin.setup_company_name")} description={t("admin.setup_company_hint")} maw={420} required autoFocus value={name} onChange={(event) => { setName(event.currentTarget.value); setProblem(null); }} error={errors.name ?? null} />
      <div className={classes.line} style={{ flexWrap: "wrap" }}>
        {logo && <img src={logo.url} alt={t("admin.setup_logo")} height={40} style={{ maxWidth: 160, objectFit: "contain" }} />}
        <FileButton accept="image/*" onChange={upload}>{(props) => <Button {...props} variant="default" leftSection={<IconPhoto size={16} />}>{t(logo ? "admin.setup_logo_other" : "admin.setup_logo_add")}</Button>}</FileButton>
        {logo && <Button variant="subtle" onClick={() => setLogo(null)}>{t("admin.setup_logo_none")}</Button>}
        {errors.logo && <p role="alert" className={classes.error}>{errors.logo}</p>}
      </div>
      <StepFoot is_running={is_running} is_disabled={name.trim() === ""} />
    </form>
  );
}
