import { Button, Select } from "@mantine/core";
import { IconFileSpreadsheet, IconHistory } from "@tabler/icons-react";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef, useState, type DragEvent } from "react";
import { EmptyState } from "@web/kit/empty-state";
import { createImport } from "@web/lib/calls/imports";
import { useMetadata } from "@web/lib/calls/metadata";
import { uploadFile } from "@web/lib/calls/upload-file";
import { t } from "@web/lib/i18n";
import { messageOf } from "@web/lib/problem";
import classes from "@web/records/import/import.module.css";
import { importableEntities } from "@web/records/import/targets";

const kAccepted = ".xlsx,.csv,.txt,.tsv,.vcf";

/** The first step: what is uploaded, and the file. */
export function StartPage() {
  const entities = importableEntities(useMetadata());
  const search = useSearch({ strict: false }) as { entity?: string };
  const navigate = useNavigate();
  const [key, setKey] = useState(entities.some((one) => one.key === search.entity) ? search.entity : entities[0]?.key);
  const [is_over, setOver] = useState(false);
  const [is_sending, setSending] = useState(false);
  const [problem, setProblem] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const entity = entities.find((one) => one.key === key);
  if (!entity) return <EmptyState icon={<IconFileSpreadsheet size={28} />} title={t("import.start_title")} text={t("import.not_allowed")} />;
  const take = async (file: File | undefined) => {
    if (!file || is_sending) return;
    setSending(true);
    setProblem("");
    try {
      const stored = await uploadFile(file);
      const made = await createImport(entity.key, stored.id);
      await navigate({ to: "/imports/$id", params: { id: String(made.id) } });
    } catch (error) {
      setProblem(messageOf(error));
      setSending(false);
    }
    if (input.current) input.current.value = "";
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };
  return (
    <section className={classes.page} aria-label={t("import.start_title")}>
      <header className={classes.head}>
        <h1>{t("import.start_title")}</h1>
        <span className={classes.gap} />
        <Button component={Link} to="/imports" size="xs" variant="default" leftSection={<IconHistory size={16} />}>{t("import.past")}</Button>
      </header>
      <Select label={t("import.what")} data={entities.map((one) => ({ value: one.key, label: one.label.many }))} value={key ?? null} onChange={(next) => next && setKey(next)} allowDeselect={false} w={280} maw="100%" />
      <div className={classes.drop} data-over={is_over || undefined} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={drop}>
        <IconFileSpreadsheet size={40} stroke={1.4} aria-hidden="true" />
        <h2>{t("import.drop")}</h2>
        <p className="muted">{t("import.drop_text")}</p>
        <Button loading={is_sending} onClick={() => input.current?.click()}>{t("import.choose_file")}</Button>
        <input ref={input} type="file" accept={kAccepted} hidden aria-label={t("import.choose_file")} onChange={(event) => void take(event.currentTarget.files?.[0])} />
      </div>
      {problem && <p role="alert" className={classes.problem}>{problem}</p>}
      <ul className={classes.hints}>
        <li>{t("import.hint_dirty")}</li>
        <li>{t("import.hint_dry")}</li>
        <li>{t("import.hint_undo")}</li>
      </ul>
    </section>
  );
}
