import { Button, Checkbox } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState, type KeyboardEvent } from "react";
import { RecordPicker } from "@web/fields/shared/link/record-picker";
import { Badge } from "@web/kit/badge";
import { useMetadata } from "@web/lib/calls/metadata";
import { formatDate } from "@web/lib/format/date";
import { formatMoney } from "@web/lib/format/number";
import { hasText, t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import type { Link as LinkValue } from "@web/lib/values";
import type { Candidate, Decision, ReviewItem } from "./money-calls";
import classes from "./money.module.css";

function reasonText(reason: string | null): string {
  const key = `web.money.reason_${reason ?? "unknown"}`;
  return hasText(key) ? t(key) : (reason ?? "");
}

function Proposal({ candidate, at, onTake }: { candidate: Candidate; at: number; onTake: () => void }) {
  const why = candidate.reasons.map((reason) => t(`web.money.why_${reason}`)).join(", ");
  return (
    <li>
      <Button size="xs" variant={at === 0 ? "filled" : "default"} onClick={onTake} aria-keyshortcuts={String(at + 1)}>{`${at + 1}. ${candidate.payment ? t("web.money.same_payment") : candidate.parts.map((part) => part.number).join(", ")}`}</Button>
      <span>
        {candidate.payment && <Link className={classes.part} to="/$plural/$id" params={{ plural: "payments", id: String(candidate.payment.id) }}>{candidate.payment.title}</Link>}
        {candidate.parts.map((part) => (
          <span key={part.invoice.id} className={classes.part}>
            <Link to="/$plural/$id" params={{ plural: "invoices", id: String(part.invoice.id) }}>{part.number}</Link> {t("web.money.from_date", { date: formatDate(part.date) })}: {formatMoney(part.amount)}
            {part.amount.amount !== part.open.amount && <span className="muted"> {t("web.money.of_open", { open: formatMoney(part.open) })}</span>}
          </span>
        ))}
        <span className="muted">{candidate.company ? `${candidate.company.title} · ` : ""}{why}</span>
      </span>
    </li>
  );
}

/** One payment of the queue. */
export function ReviewLine({ item, onDecide }: { item: ReviewItem; onDecide: (decision: Decision) => void }) {
  const metadata = useMetadata();
  const { payment } = item;
  const [company, setCompany] = useState<LinkValue | null>(payment.company);
  const [is_remembered, setRemembered] = useState(true);
  const companies = [metadata.entity("company")].filter((entity): entity is Entity => entity !== undefined && entity !== null);
  const decide = (decision: Omit<Decision, "version" | "remember">) => onDecide({ ...decision, version: payment.version, remember: is_remembered && payment.company === null });
  const advance = () => { if (company) decide({ as: "advance", company: company.id }); };
  const press = (event: KeyboardEvent<HTMLLIElement>) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const candidate = item.candidates[Number(event.key) - 1];
    const next = event.key === "ArrowDown" ? event.currentTarget.nextElementSibling : event.key === "ArrowUp" ? event.currentTarget.previousElementSibling : null;
    if (candidate) decide({ candidate: candidate.index });
    else if (event.code === "KeyA") advance();
    else if (event.code === "KeyO") decide({ as: "other" });
    else if (next instanceof HTMLElement) next.focus();
    else return;
    event.preventDefault();
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions
    <li tabIndex={0} data-line onKeyDown={press} aria-label={`${payment.title}, ${formatMoney(payment.amount)}`}>
      <header>
        <Link to="/$plural/$id" params={{ plural: "payments", id: String(payment.id) }}>{payment.title}</Link>
        <b>{formatMoney(payment.rest)}</b>
        <Badge tone="warning">{reasonText(item.reason)}</Badge>
      </header>
      <p>{payment.purpose}</p>
      {payment.partner_name && <p className="muted">{payment.partner_name}{payment.partner_inn ? `, ${t("web.money.inn")} ${payment.partner_inn}` : ""}</p>}
      {item.candidates.length > 0 && <ul className={classes.proposals}>{item.candidates.map((candidate, at) => <Proposal key={candidate.index} candidate={candidate} at={at} onTake={() => decide({ candidate: candidate.index })} />)}</ul>}
      <div className={classes.row}>
        {payment.company === null && (
          <>
            <RecordPicker entities={companies} value={company} onChange={setCompany} name={t("web.money.company")} placeholder={t("web.money.company")} />
            <Checkbox size="xs" label={t("web.money.remember")} checked={is_remembered} onChange={(event) => setRemembered(event.currentTarget.checked)} />
          </>
        )}
        <Button size="xs" variant="default" disabled={!company} onClick={advance} aria-keyshortcuts="A">{t("web.money.as_advance")}</Button>
        <Button size="xs" variant="subtle" onClick={() => decide({ as: "other" })} aria-keyshortcuts="O">{t("web.money.as_other")}</Button>
      </div>
    </li>
  );
}
