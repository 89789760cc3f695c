import { Skeleton } from "@mantine/core";
import { IconChecks } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { EmptyState } from "@web/kit/empty-state";
import { ErrorNotice } from "@web/kit/error-notice";
import { formatInteger } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import { useChangesOf } from "@web/lib/use-changes-of";
import { readReview, resolvePayment, type Decision } from "./money-calls";
import { ReviewLine } from "./review-line";
import classes from "./money.module.css";

/** Payments that a person decides on; one key each: a number takes that proposal, A keeps an advance, O says it is none of a client's. */
export function ReviewQueue() {
  const list = useRef<HTMLUListElement>(null);
  const { data, error, refetch } = useQuery({ queryKey: ["money-review"], queryFn: ({ signal }) => readReview(signal) });
  useChangesOf(["payment"], refetch);
  const decide = async (id: number, at: number, decision: Decision) => {
    try {
      await resolvePayment(id, decision);
      await refetch();
      // The next one is under the fingers at once.
      const lines = list.current?.querySelectorAll<HTMLElement>("[data-line]");
      lines?.[Math.min(at, lines.length - 1)]?.focus();
    } catch (problem) {
      showToast({ tone: "danger", text: messageOf(problem) });
      void refetch();
    }
  };
  return (
    <section aria-label={t("web.money.review")}>
      <header className={classes.head}><h2>{t("web.money.review")}</h2>{data && data.count > 0 && <span className="muted">{formatInteger(data.count)}</span>}</header>
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={120} />}
      {data && data.items.length === 0 && <EmptyState icon={<IconChecks size={28} />} title={t("web.money.nothing_to_review")} />}
      {data && data.items.length > 0 && (
        <>
          <p className={`muted ${classes.byHand}`}>{t("web.money.keys")}</p>
          <ul className={classes.queue} ref={list}>
            {data.items.map((item, at) => <ReviewLine key={item.payment.id} item={item} onDecide={(decision) => void decide(item.payment.id, at, decision)} />)}
          </ul>
        </>
      )}
    </section>
  );
}
