import { Checkbox } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { queryRecords } from "@web/lib/calls/query-records";
import { patchRecord } from "@web/lib/calls/save-record";
import { t } from "@web/lib/i18n";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import type { CardWidgetProps } from "@web/lib/widgets";
import classes from "./sales.module.css";

/** What is to be done before the deal may leave its stage. */
export function DealChecklist({ entity, record }: CardWidgetProps) {
  const stage = (record.stage as { id: number } | null)?.id ?? 0;
  const { data } = useQuery({
    queryKey: ["stage-checks", stage], enabled: stage !== 0,
    queryFn: ({ signal }) => queryRecords("stage-checks", { filter: { field: "stage", op: "eq", value: stage }, fields: ["name", "is_required", "hint"], sort: [{ field: "position" }], limit: 100 }, signal),
  });
  const done = (record.checklist ?? {}) as Record<string, unknown>;
  const set = async (id: number, is_done: boolean) => {
    try {
      await patchRecord(entity.plural, record.id, record.version, { checklist: { [id]: is_done } });
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
    }
  };
  if (!data || data.items.length === 0) return null;
  return (
    <section aria-label={t("web.checklist.title")}>
      <h3>{t("web.checklist.title")}</h3>
      <div className={classes.choices}>
        {data.items.map((item) => (
          <Checkbox
            key={item.id} label={`${String(item.name)}${item.is_required === true ? " *" : ""}`} description={item.hint ? String(item.hint) : undefined} checked={done[item.id] !== undefined} disabled={!entity.can.update}
            onChange={(event) => void set(item.id, event.currentTarget.checked)}
          />
        ))}
      </div>
    </section>
  );
}
