import { Button, Checkbox, Modal, Radio, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { t } from "@web/lib/i18n";
import { announce } from "@web/lib/live";
import { messageOf } from "@web/lib/problem";
import type { AnyRecord } from "@web/lib/values";
import { choiceOf, chosenAtFirst } from "./conversion-choice";
import { convertLead, planConversion, type ConversionPlan, type Known, type PlannedSide } from "./sales-calls";
import classes from "./sales.module.css";

/** What will be made and what joined, before it happens. */
export function ConvertDialog({ record, onClose }: { record: AnyRecord; onClose: () => void }) {
  const { data, error } = useQuery({ queryKey: ["conversion", record.id, record.version], queryFn: ({ signal }) => planConversion(record.id, signal) });
  return (
    <Modal opened onClose={onClose} title={t("web.convert.title")} size={520} closeButtonProps={{ "aria-label": t("action.close") }}>
      {error && <p role="alert">{messageOf(error)}</p>}
      {data && <ConvertForm record={record} plan={data} onClose={onClose} />}
    </Modal>
  );
}

function ConvertForm({ record, plan, onClose }: { record: AnyRecord; plan: ConversionPlan; onClose: () => void }) {
  const navigate = useNavigate();
  const [company, setCompany] = useState(() => chosenAtFirst(plan.company));
  const [contact, setContact] = useState(() => chosenAtFirst(plan.contact));
  const [has_deal, setHasDeal] = useState(true);
  const [name, setName] = useState(String(record.name ?? ""));
  const [problem, setProblem] = useState<string | null>(null);
  const [is_running, setRunning] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setRunning(true);
    setProblem(null);
    try {
      const made = await convertLead(record.id, { company: choiceOf(company), contact: choiceOf(contact), deal: has_deal ? { name: name.trim() } : null });
      announce({ entity: "lead", id: record.id, version: 0, action: "changed" });
      onClose();
      if (made.deal) await navigate({ to: "/$plural/$id", params: { plural: "deals", id: String(made.deal.id) } });
    } catch (error) {
      setProblem(messageOf(error));
      setRunning(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} className={classes.form}>
      <Side label={t("web.convert.company")} side={plan.company} value={company} onChange={setCompany} />
      <Side label={t("web.convert.contact")} side={plan.contact} value={contact} onChange={setContact} />
      <Checkbox label={t("web.convert.make_deal")} checked={has_deal} onChange={(event) => setHasDeal(event.currentTarget.checked)} />
      {has_deal && <TextInput label={t("web.convert.deal_name")} value={name} onChange={(event) => setName(event.currentTarget.value)} required />}
      {problem && <p role="alert" className={classes.error}>{problem}</p>}
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose}>{t("action.cancel")}</Button>
        <Button type="submit" loading={is_running} disabled={has_deal && name.trim() === ""}>{t("web.convert.open")}</Button>
      </div>
    </form>
  );
}

function reasonOf(known: Known): string {
  switch (known.by) {
    case "linked": return t("web.convert.by_linked");
    case "inn": return t("web.convert.by_inn");
    case "phone": return t("web.convert.by_phone");
    case "email": return t("web.convert.by_email");
    default: return t("web.convert.by_contact");
  }
}

function Side({ label, side, value, onChange }: { label: string; side: PlannedSide; value: string; onChange: (value: string) => void }) {
  const readable = side.known.filter((known) => known.id !== undefined);
  return (
    <Radio.Group label={label} value={value} onChange={onChange}>
      <div className={classes.choices}>
        {readable.map((known) => <Radio key={known.id} value={String(known.id)} label={known.title} description={reasonOf(known)} />)}
        <Radio value="create" label={t("web.convert.create")} />
        <Radio value="none" label={t("web.convert.none")} />
        {side.known.some((known) => known.hidden) && <p className="muted">{t("web.convert.hidden")}</p>}
      </div>
    </Radio.Group>
  );
}
