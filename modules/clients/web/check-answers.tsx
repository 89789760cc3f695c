import { useQuery } from "@tanstack/react-query";
import { Segments } from "@web/kit/segments";
import { queryRecords } from "@web/lib/calls/query-records";
import { patchRecord } from "@web/lib/calls/save-record";
import { t } from "@web/lib/i18n";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import type { CardWidgetProps } from "@web/lib/widgets";
import classes from "./clients.module.css";

type Answer = "0" | "1" | "";

/** The questions of a check of a card, answered with yes or no. */
export function CheckAnswers({ record }: CardWidgetProps) {
  const target = (record.subject as { entity?: string } | null)?.entity ?? "";
  const { data } = useQuery({
    queryKey: ["check-items", target], enabled: target !== "",
    queryFn: ({ signal }) => queryRecords("check-items", { filter: { and: [{ field: "target", op: "eq", value: target }, { field: "is_archived", op: "ne", value: true }] }, fields: ["name"], sort: [{ field: "position" }], limit: 200 }, signal),
  });
  const answers = (record.answers ?? {}) as Record<string, number>;
  const set = async (id: number, answer: Answer) => {
    try {
      await patchRecord("card-checks", record.id, record.version, { answers: { ...answers, [id]: Number(answer) } });
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
    }
  };
  if (!data) return null;
  return (
    <section aria-label={t("web.checks.questions")}>
      <h3>{t("web.checks.questions")}</h3>
      {data.items.length === 0 && <p className="muted">{t("web.checks.none")}</p>}
      <ul className={classes.questions}>
        {data.items.map((item) => (
          <li key={item.id}>
            <span>{String(item.name)}</span>
            <Segments<Answer> label={String(item.name)} value={answers[item.id] === undefined ? "" : answers[item.id] === 1 ? "1" : "0"} options={[{ value: "1", label: t("web.checks.yes") }, { value: "0", label: t("web.checks.no") }]} onChange={(answer) => void set(item.id, answer)} />
          </li>
        ))}
      </ul>
    </section>
  );
}
