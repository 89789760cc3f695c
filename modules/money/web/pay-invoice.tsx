import { Button, Modal, Select, TextInput } from "@mantine/core";
import { IconCash } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { useMetadata } from "@web/lib/calls/metadata";
import { todayKey } from "@web/lib/format/date";
import { formatMoney, parseDecimal } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import { announce } from "@web/lib/live";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import type { CardWidgetProps } from "@web/lib/widgets";
import type { Money } from "@web/lib/values";
import { payInvoice } from "./money-calls";
import classes from "./money.module.css";

/** Exact difference of two decimal texts with two digits. */
function difference(a: string, b: string): string {
  const units = (text: string) => BigInt(text.replace(".", ""));
  const left = units(a) - units(b);
  const text = left.toString().replace("-", "").padStart(3, "0");
  return `${left < 0n ? "-" : ""}${text.slice(0, -2)}.${text.slice(-2)}`;
}

function PayDialog({ record, rest, onClose }: { record: CardWidgetProps["record"]; rest: Money; onClose: () => void }) {
  const metadata = useMetadata();
  const [amount, setAmount] = useState(rest.amount);
  const [date, setDate] = useState(todayKey());
  const [kind, setKind] = useState("bank");
  const [number, setNumber] = useState("");
  const [is_saving, setSaving] = useState(false);
  const kinds = metadata.entity("payment")?.fields.find((field) => field.key === "kind")?.options ?? [];
  const pay = async (event: FormEvent) => {
    event.preventDefault();
    setSaving(true);
    try {
      const company = record.company as { id: number } | null;
      const values = { company: company?.id, amount: { amount: parseDecimal(amount) ?? amount, currency: rest.currency }, date, kind, number: number || null, own_company: (record.own_company as { id: number } | null)?.id, allocations: [{ invoice: record.id }] };
      const payment = await payInvoice(values);
      const left = payment.advance_amount as Money | null;
      showToast({ tone: "success", text: left && Number(left.amount) > 0 ? t("web.money.paid_with_rest", { rest: formatMoney(left) }) : t("web.money.paid") });
      announce({ entity: "invoice", id: record.id, version: 0, action: "changed" });
      announce({ entity: "payment", id: payment.id, version: 0, action: "created" });
      onClose();
    } catch (problem) {
      showToast({ tone: "danger", text: messageOf(problem) });
      setSaving(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={t("web.money.pay")} closeButtonProps={{ "aria-label": t("action.close") }}>
      <form onSubmit={(event) => void pay(event)} className={classes.form}>
        <TextInput label={t("web.money.amount")} value={amount} onChange={(event) => setAmount(event.currentTarget.value)} inputMode="decimal" required data-autofocus description={t("web.money.rest_is_advance", { open: formatMoney(rest) })} />
        <TextInput label={t("web.money.date")} type="date" value={date} onChange={(event) => setDate(event.currentTarget.value)} required />
        <Select label={t("web.money.kind")} data={kinds.map((option) => ({ value: option.key, label: option.label }))} value={kind} onChange={(value) => setKind(value ?? "bank")} allowDeselect={false} />
        <TextInput label={t("web.money.number")} value={number} onChange={(event) => setNumber(event.currentTarget.value)} maxLength={60} />
        <div className={classes.row}>
          <Button type="submit" loading={is_saving}>{t("web.money.pay_now")}</Button>
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
