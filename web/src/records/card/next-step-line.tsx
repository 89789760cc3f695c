import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconCheck, IconPlus } from "@tabler/icons-react";
import { useMetadata } from "@web/lib/calls/metadata";
import { queryRecords } from "@web/lib/calls/query-records";
import { patchRecord } from "@web/lib/calls/save-record";
import { t } from "@web/lib/i18n";
import { announce } from "@web/lib/live";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import type { AnyRecord } from "@web/lib/values";
import classes from "@web/records/card/card.module.css";
import { DueBadge } from "@web/records/due-badge";
import { activityKinds, doneState, kNextStepField, openState, type ActivityKind } from "@web/records/next-step";

interface Step {
  kind: ActivityKind;
  record: AnyRecord;
  at: string | null;
}

async function nextStep(kinds: ActivityKind[], entity: Entity, id: number, signal: AbortSignal): Promise<Step | null> {
  const asked = kinds.filter((kind) => kind.due && kind.state).map(async (kind): Promise<Step[]> => {
    const due = kind.due?.key ?? "";
    const page = await queryRecords(kind.entity.plural, {
      filter: { and: [{ field: kind.subject.key, op: "eq", value: { entity: entity.key, id } }, { field: kind.state?.key ?? "", op: "eq", value: openState(kind.state) }] },
      sort: [{ field: due, desc: false }], fields: [kind.entity.title, due, kind.state?.key ?? ""], limit: 1,
    }, signal, true);
    return page.items.map((record) => ({ kind, record, at: (record[due] as string | null) ?? null }));
  });
  const steps = (await Promise.all(asked)).flat();
  return steps.sort((a, b) => (a.at ?? "9").localeCompare(b.at ?? "9"))[0] ?? null;
}

/** What is to be done next about a record, when, and a press to say that it is done. */
export function NextStepLine({ entity, record, onPlan }: { entity: Entity; record: AnyRecord; onPlan: () => void }) {
  const metadata = useMetadata();
  const kinds = activityKinds(metadata, entity);
  const { data: step, refetch } = useQuery({ queryKey: ["next-step", entity.plural, record.id], queryFn: ({ signal }) => nextStep(kinds, entity, record.id, signal), enabled: kinds.length > 0 });
  if (kinds.length === 0) return null;
  const finish = async () => {
    const done = doneState(step?.kind.state ?? null);
    if (!step || !done) return;
    const { plural, key, title } = step.kind.entity;
    const state = step.kind.state?.key ?? "";
    try {
      const saved = await patchRecord(plural, step.record.id, step.record.version, { [state]: done });
      announce({ entity: key, id: saved.id, version: saved.version, action: "updated", fields: [state] });
      await refetch();
      const undo = async () => {
        await patchRecord(plural, saved.id, saved.version, { [state]: openState(step.kind.state) });
        await refetch();
      };
      showToast({ tone: "success", text: t("card.step_done", { title: String(step.record[title] ?? "") }), action: { label: t("action.undo"), run: undo } });
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
    }
  };
  const at = step?.at ?? (record[kNextStepField] as string | null | undefined);
  return (
    <div className={classes.step}>
      <span className="muted">{t("card.next_step")}</span>
      {step ? (
        <>
          <DueBadge at={at} />
          <span className={`${classes.stepText} cut`}>{String(step.record[step.kind.entity.title] ?? "")}</span>
          <Button size="compact-xs" variant="default" leftSection={<IconCheck size={13} />} onClick={() => void finish()}>{t("card.done")}</Button>
        </>
      ) : <span className={classes.noStep}>{t("card.no_step")}</span>}
      <Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={13} />} onClick={onPlan}>{t("card.plan")}</Button>
    </div>
  );
}
