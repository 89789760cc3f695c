import { useQuery } from "@tanstack/react-query";
import { t } from "@web/lib/i18n";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import { useMetadata } from "@web/lib/calls/metadata";
import type { Entity } from "@web/lib/metadata-types";
import { isLink, type AnyRecord } from "@web/lib/values";
import { toTone } from "@web/kit/tone";
import classes from "@web/records/card/stage-bar.module.css";
import type { SaveRecord } from "@web/records/edit/use-record-editing";
import { stagesOf, stagesQuery } from "@web/records/board/stages";

/** The stages of the record's pipeline in their order: one press moves it, with undo. */
export function StageBar({ entity, record, save }: { entity: Entity; record: AnyRecord; save: SaveRecord }) {
  const metadata = useMetadata();
  const definition = entity.stages;
  const pipeline = definition?.pipeline ? record[definition.pipeline] : null;
  const { data: all } = useQuery(stagesQuery(metadata, entity));
  const stages = stagesOf(all ?? [], isLink(pipeline) ? pipeline.id : null);
  if (!definition || stages.length === 0) return null;
  const now = record[definition.field];
  const current = isLink(now) ? now.id : null;
  const at = stages.findIndex((stage) => stage.id === current);
  const is_fixed = !entity.can.update;
  const move = async (id: number, title: string) => {
    try {
      const saved = await save(record, { [definition.field]: { id, title } });
      if (!saved || current === null) return;
      showToast({ tone: "success", text: t("board.moved", { title: String(record[entity.title] ?? ""), stage: title }), action: { label: t("action.undo"), run: async () => { await save(saved, { [definition.field]: now }); } } });
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
    }
  };
  return (
    <ol className={classes.bar} aria-label={t("board.stages")}>
      {stages.map((stage, index) => (
        <li key={stage.id}>
          <button
            type="button" disabled={is_fixed} aria-current={stage.id === current ? "step" : undefined} data-done={index < at || undefined} data-tone={stage.id === current ? toTone(stage.color) : undefined}
            onClick={() => { if (stage.id !== current) void move(stage.id, stage.title); }}
          >
            <span className="cut">{stage.title}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}
