import { Button, Modal } from "@mantine/core";
import { IconCash } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { FieldInput } from "@web/fields/field-input";
import { useMetadata } from "@web/lib/calls/metadata";
import { todayKey } from "@web/lib/format/date";
import { formatMoney } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import { announce } from "@web/lib/live";
import type { Field } from "@web/lib/metadata-types";
import { messageOf, Problem, problemsByField } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import type { CardWidgetProps } from "@web/lib/widgets";
import type { Link, Money } from "@web/lib/values";
import { createRecord } from "@web/lib/calls/save-record";
import { DuplicateNotice } from "@web/records/form/duplicate-notice";
import classes from "./money.module.css";

/** Exact difference of two decimal texts with two digits. */
function difference(a: string, b: string): string {
  const units = (text: string) => BigInt(text.replace(".", ""));
  const left = units(a) - units(b);
  const text = left.toString().replace("-", "").padStart(3, "0");
  return `${left < 0n ? "-" : ""}${text.slice(0, -2)}.${text.slice(-2)}`;
}

const kAsked = ["amount", "date", "kind", "number"] as const;

function PayDialog({ record, rest, onClose }: { record: CardWidgetProps["record"]; rest: Money; onClose: () => void }) {
  const entity = useMetadata().entity("payment");
  const [values, setValues] = useState<Record<string, unknown>>({ amount: rest, date: todayKey(), kind: "bank", number: null });
  const [problem, setProblem] = useState<Problem | null>(null);
  const [is_saving, setSaving] = useState(false);
  const errors = problemsByField(problem);
  // What the bank has brought already is told once; who goes on all the same is not stopped.
  const repeated = problem?.candidates ?? [];
  const fields = kAsked.map((key) => entity?.fields.find((field) => field.key === key)).filter((field): field is Field => field !== undefined);
  const pay = async (event: FormEvent) => {
    event.preventDefault();
    setSaving(true);
    try {
      const wanted = { ...values, company: (record.company as Link | null)?.id, own_company: (record.own_company as Link | null)?.id, allocations: [{ invoice: record.id }] };
      const payment = await createRecord("payments", wanted, { allow_duplicates: repeated.length > 0 });
      const left = payment.advance_amount as Money | null;
      showToast({ tone: "success", text: left && Number(left.amount) > 0 ? t("web.money.paid_with_rest", { rest: formatMoney(left) }) : t("web.money.paid") });
      announce({ entity: "invoice", id: record.id, version: 0, action: "changed" });
      announce({ entity: "payment", id: payment.id, version: 0, action: "created" });
      onClose();
    } catch (refusal) {
      // What has a field is told there.
      const told = refusal instanceof Problem ? refusal : null;
      setProblem(told);
      if (!told?.has_duplicates && !kAsked.some((key) => problemsByField(told)[key])) showToast({ tone: "danger", text: messageOf(refusal) });
      setSaving(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={t("web.money.pay")} closeButtonProps={{ "aria-label": t("action.close") }}>
      <form onSubmit={(event) => void pay(event)} className={classes.form} noValidate>
        <p className="muted">{t("web.money.rest_is_advance", { open: formatMoney(rest) })}</p>
        {entity && fields.map((field) => (
          <FieldInput key={field.key} entity={entity} field={field} value={values[field.key]} error={errors[field.key]} is_labelled is_required={field.required} auto_focus={field.key === "amount"} onChange={(value) => { setValues((before) => ({ ...before, [field.key]: value })); setProblem(null); }} />
        ))}
        {entity && repeated.length > 0 && <DuplicateNotice entity={entity} candidates={repeated} />}
        <div className={classes.row}>
          <Button type="submit" loading={is_saving}>{t(repeated.length > 0 ? "create.anyway" : "web.money.pay_now")}</Button>
          <Button variant="default" onClick={onClose}>{t("action.close")}</Button>
        </div>
      </form>
    </Modal>
  );
}

/** «Оплата» on a posted invoice that wants money. */
export function PayInvoice({ record }: CardWidgetProps) {
  const metadata = useMetadata();
  const [is_open, setOpen] = useState(false);
  const whole = record.amount as Money | null;
  const paid = record.paid_amount as Money | null;
  const is_wanted = record.state === "posted" && (record.payment_state === "unpaid" || record.payment_state === "partial");
  if (!is_wanted || !whole || metadata.entity("payment")?.can.create !== true) return null;
  const rest = { amount: difference(whole.amount, paid?.amount ?? "0.00"), currency: whole.currency };
  return (
    <>
      <Button size="xs" variant="default" leftSection={<IconCash size={15} />} onClick={() => setOpen(true)}>{t("web.money.pay")}</Button>
      {is_open && <PayDialog record={record} rest={rest} onClose={() => setOpen(false)} />}
    </>
  );
}
