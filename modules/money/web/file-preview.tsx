import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { Badge } from "@web/kit/badge";
import { formatInteger, formatMoney } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import { announce } from "@web/lib/live";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import type { AnyRecord } from "@web/lib/values";
import { loadStatement, readStatement, type Counts, type Preview } from "./money-calls";
import classes from "./money.module.css";

const kCounts = ["documents", "matched", "advances", "doubtful", "outgoing", "known"] as const;
const kPollMs = 400;

function CountList({ counts }: { counts: Counts }) {
  return (
    <dl className={classes.counts}>
      {kCounts.map((key) => <div key={key} data-tone={key === "doubtful" && counts[key] > 0 ? "warning" : undefined}><dt>{t(`web.money.count_${key}`)}</dt><dd>{formatInteger(counts[key])}</dd></div>)}
    </dl>
  );
}

/** What a file holds before it is booked, and what came of it. */
export function FilePreview({ file, name, preview }: { file: number; name: string; preview: Preview }) {
  const [statement, setStatement] = useState<number | null>(null);
  const [record, setRecord] = useState<AnyRecord | null>(null);
  const is_over = record !== null && record.state !== "loading";
  useEffect(() => {
    if (statement === null || is_over) return;
    const timer = setInterval(() => {
      void readStatement(statement).then((read) => {
        setRecord(read);
        if (read.state !== "loading") announce({ entity: "payment", id: 0, version: 0, action: "changed" });
      }).catch(() => undefined);
    }, kPollMs);
    return () => clearInterval(timer);
  }, [statement, is_over]);
  const book = async () => {
    try {
      setStatement((await loadStatement(file)).statement);
    } catch (problem) {
      showToast({ tone: "danger", text: messageOf(problem) });
    }
  };
  const counts = is_over ? (record as unknown as Counts) : preview.counts;
  return (
    <section className={classes.panel} aria-label={name} aria-live="polite">
      <header><h2>{preview.statement.name}</h2>{is_over && <Badge tone={record.state === "loaded" ? "success" : "danger"}>{t(record.state === "loaded" ? "web.money.loaded" : "web.money.failed")}</Badge>}</header>
      <p className="muted">{t("web.money.turnover", { opening: formatMoney(preview.statement.opening), received: formatMoney(preview.statement.received), written_off: formatMoney(preview.statement.written_off), closing: formatMoney(preview.statement.closing) })}</p>
      {preview.warnings.length > 0 && <ul className={classes.warnings}>{preview.warnings.map((warning) => <li key={warning.path + warning.code}>{warning.message}</li>)}</ul>}
      <CountList counts={counts} />
      <div className={classes.row}>
        {!is_over && <Button loading={statement !== null} onClick={() => void book()} data-autofocus>{t("web.money.book")}</Button>}
        {statement !== null && is_over && <Link to="/$plural/$id" params={{ plural: "bank-statements", id: String(statement) }}>{t("web.money.open_statement")}</Link>}
      </div>
    </section>
  );
}
