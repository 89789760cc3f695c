import { Button } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import type { AnyRecord } from "@web/lib/values";
import { canEdit } from "@web/records/edit/editable-value";
import type { SaveRecord } from "@web/records/edit/use-record-editing";
import { doneState, openState } from "@web/records/next-step";

/** On the card of a thing to do: one press says that it is done, with undo. */
export function DoneButton({ entity, record, save }: { entity: Entity; record: AnyRecord; save: SaveRecord }) {
  const state = entity.fields.find((field) => field.key === "state" && field.type === "choice") ?? null;
  const done = doneState(state);
  if (!state || !done || !canEdit(entity, state) || record[state.key] !== openState(state)) return null;
  const finish = async () => {
    try {
      const saved = await save(record, { [state.key]: done });
      if (!saved) return;
      const undo = async () => { await save(saved, { [state.key]: openState(state) }); };
      showToast({ tone: "success", text: t("card.step_done", { title: String(record[entity.title] ?? "") }), action: { label: t("action.undo"), run: undo } });
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
    }
  };
  return <Button size="xs" leftSection={<IconCheck size={15} />} onClick={() => void finish()}>{t("card.done")}</Button>;
}
