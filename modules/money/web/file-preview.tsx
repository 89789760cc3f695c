import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Badge } from "@web/kit/badge";
import { ErrorNotice } from "@web/kit/error-notice";
import { useFollowedRecord } from "@web/lib/calls/read-record";
import { formatInteger, formatMoney } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import { loadStatement, type Counts, type Preview } from "./money-calls";
import classes from "./money.module.css";

const kCounts = ["documents", "matched", "advances", "doubtful", "outgoing", "known"] as const;
const kStatements = { key: "bank_statement", plural: "bank-statements" };

function CountList({ counts }: { counts: Counts }) {
  return (
    <dl className={classes.counts}>
      {kCounts.map((key) => <div key={key} data-tone={key === "doubtful" && counts[key] > 0 ? "warning" : undefined}><dt>{t(`web.money.count_${key}`)}</dt><dd>{formatInteger(counts[key])}</dd></div>)}
    </dl>
  );
}

/** What came of the file that is being booked. */
function Booking({ id, expected }: { id: number; expected: Counts }) {
  const { data: statement, error, refetch } = useFollowedRecord(kStatements, id);
  if (error && !statement) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  const is_over = statement !== undefined && statement.state !== "loading";
  const is_loaded = statement?.state === "loaded";
  return (
    <>
      <CountList counts={is_loaded ? (statement as unknown as Counts) : expected} />
      <div className={classes.row}>
        {is_over ? <Badge tone={is_loaded ? "success" : "danger"}>{t(is_loaded ? "web.money.loaded" : "web.money.failed")}</Badge> : <Button loading>{t("web.money.book")}</Button>}
        {is_over && !is_loaded && <span>{String(statement.problem ?? "")}</span>}
        {is_over && <Link to="/$plural/$id" params={{ plural: kStatements.plural, id: String(id) }}>{t("web.money.open_statement")}</Link>}
      </div>
    </>
  );
}

/** What a file holds before it is booked, and what came of it. */
export function FilePreview({ file, name, preview }: { file: number; name: string; preview: Preview }) {
  const [statement, setStatement] = useState<number | null>(null);
  const [is_sending, setSending] = useState(false);
  const book = async () => {
    setSending(true);
    try {
      setStatement((await loadStatement(file)).statement);
    } catch (problem) {
      showToast({ tone: "danger", text: messageOf(problem) });
    }
    setSending(false);
  };
  const { statement: head } = preview;
  return (
    <section className={classes.panel} aria-label={name} aria-live="polite">
      <header><h2>{head.name}</h2></header>
      <p className="muted">{t("web.money.turnover", { opening: formatMoney(head.opening), received: formatMoney(head.received), written_off: formatMoney(head.written_off), closing: formatMoney(head.closing) })}</p>
      {preview.warnings.length > 0 && <ul className={classes.warnings}>{preview.warnings.map((warning) => <li key={warning.path + warning.code}>{warning.message}</li>)}</ul>}
      {statement === null ? (
        <>
          <CountList counts={preview.counts} />
          <div className={classes.row}><Button loading={is_sending} onClick={() => void book()} data-autofocus>{t("web.money.book")}</Button></div>
        </>
      ) : <Booking id={statement} expected={preview.counts} />}
    </section>
  );
}
