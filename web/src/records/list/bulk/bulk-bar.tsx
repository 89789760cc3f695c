import { Button, CloseButton } from "@mantine/core";
import { IconArrowMerge, IconDownload, IconEdit, IconTrash } from "@tabler/icons-react";
import { lazy, Suspense, useMemo, useState } from "react";
import type { BulkChange, BulkTarget } from "@web/lib/calls/bulk";
import { EntityIcon } from "@web/kit/entity-icon";
import { allOf, type Query } from "@web/lib/filter";
import { t, tn } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { LaterExport } from "@web/records/export/later-export";
import { bulkWidgets, type BulkWidget } from "@web/lib/widgets";
import { BulkDialog } from "@web/records/list/bulk/bulk-dialog";
import classes from "@web/records/list/bulk/bulk-bar.module.css";
import { runBulk } from "@web/records/list/bulk/run-bulk";
import { MergeDialog } from "@web/records/merge/merge-dialog";
import type { Selection } from "@web/records/list/store/use-selection";

const kMostMerged = 4;

interface BulkBarProps {
  entity: Entity;
  query: Query;
  selection: Selection;
}

/** What can be done with the selected rows; each action says first how many it will touch and can be undone after. */
export function BulkBar({ entity, query, selection }: BulkBarProps) {
  const [is_editing, setEditing] = useState(false);
  const [widget, setWidget] = useState<BulkWidget | null>(null);
  const Widget = useMemo(() => (widget ? lazy(async () => ({ default: await widget.load() })) : null), [widget]);
  const [is_exporting, setExporting] = useState(false);
  const [is_merging, setMerging] = useState(false);
  const can_merge = entity.kind === "record" && !selection.is_all && selection.count > 1 && selection.count <= kMostMerged && entity.can.update && entity.can.delete;
  const target: BulkTarget = selection.is_all ? { filter: query.filter ?? null } : { ids: [...selection.ids] };
  const run = (change: BulkChange) => {
    setEditing(false);
    void runBulk(entity, target, change);
    selection.clear();
  };
  const chosen: Query = selection.is_all ? query : { ...query, filter: allOf({ field: "id", op: "in", value: [...selection.ids] }) };
  return (
    <div className={classes.bar} role="toolbar" aria-label={t("bulk.title")}>
      <strong>{selection.is_all ? t("list.all_selected") : tn("list.selected", selection.count)}</strong>
      {entity.can.update && <Button size="compact-sm" variant="default" leftSection={<IconEdit size={15} />} onClick={() => setEditing(true)}>{t("bulk.change")}</Button>}
      {can_merge && <Button size="compact-sm" variant="default" leftSection={<IconArrowMerge size={15} />} onClick={() => setMerging(true)}>{t("merge.selected")}</Button>}
      {entity.can.export !== false && <Button size="compact-sm" variant="default" leftSection={<IconDownload size={15} />} onClick={() => setExporting(true)}>{t("bulk.export")}</Button>}
      {entity.can.delete && <Button size="compact-sm" variant="default" leftSection={<IconTrash size={15} />} onClick={() => run({ action: "delete" })}>{t("bulk.delete")}</Button>}
      {bulkWidgets(entity.key).map((widget) => <Button key={widget.key} size="compact-sm" variant="default" leftSection={<EntityIcon name={widget.icon} size={15} />} onClick={() => setWidget(widget)}>{t(widget.label)}</Button>)}
      <CloseButton aria-label={t("bulk.clear")} onClick={selection.clear} />
      {Widget && <Suspense><Widget entity={entity} target={target} count={selection.is_all ? null : selection.count} onClose={() => setWidget(null)} onDone={() => { setWidget(null); selection.clear(); }} /></Suspense>}
      {is_merging && <MergeDialog entity={entity} ids={[...selection.ids]} onClose={() => setMerging(false)} onMerged={() => { setMerging(false); selection.clear(); }} />}
      {is_exporting && <LaterExport entity={entity} query={chosen} is_selection onClose={() => setExporting(false)} />}
      {is_editing && <BulkDialog entity={entity} target={target} onRun={run} onClose={() => setEditing(false)} />}
    </div>
  );
}
