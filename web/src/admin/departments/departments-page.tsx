import { Button, Modal, Select } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { DepartmentRow } from "@web/admin/departments/department-row";
import { toBranches, withinOf } from "@web/admin/departments/tree";
import { AdminPage } from "@web/admin/shared/admin-page";
import classes from "@web/admin/shared/admin.module.css";
import { RecordDialog } from "@web/admin/shared/record-form";
import { refreshRecords, useRecords } from "@web/admin/shared/use-records";
import { useTask } from "@web/admin/shared/use-task";
import { EmptyState } from "@web/kit/empty-state";
import { ErrorNotice } from "@web/kit/error-notice";
import { aggregate } from "@web/lib/calls/aggregate";
import { useMetadata } from "@web/lib/calls/metadata";
import { deleteRecord, patchRecord, restoreRecord } from "@web/lib/calls/save-record";
import { t } from "@web/lib/i18n";
import { showToast } from "@web/lib/toasts";
import { isLink, type AnyRecord } from "@web/lib/values";

const kFields = ["name", "parent", "head", "position"];

/** People by department, without those below it; the rows add them up. */
function usePeople(plural: string | undefined) {
  return useQuery({
    queryKey: ["admin", "user", "by-department"], enabled: plural !== undefined,
    queryFn: async ({ signal }) => {
      const answer = await aggregate(plural ?? "", { field: "is_active", op: "eq", value: true }, ["department"], [{ fn: "count" }], signal);
      return new Map(answer.groups.map((group) => [isLink(group.key.department) ? group.key.department.id : 0, Number(group.values[0] ?? 0)]));
    },
  }).data;
}

/** The tree of departments: dragged onto each other or moved by a choice. */
export function DepartmentsPage() {
  const metadata = useMetadata();
  const entity = metadata.entity("department");
  const people = usePeople(metadata.entity("user")?.plural);
  const { items, is_loaded, error, refetch } = useRecords(entity, { fields: kFields, sort: [{ field: "name" }] });
  const [closed, setClosed] = useState<ReadonlySet<number>>(new Set());
  const [edited, setEdited] = useState<AnyRecord | null>(null);
  const [parent, setParent] = useState<AnyRecord | null | undefined>(undefined);
  const [moving, setMoving] = useState<AnyRecord | null>(null);
  const [run] = useTask();
  const branches = useMemo(() => toBranches(items, closed), [items, closed]);
  if (!entity) return null;

  const setParentOf = async (record: AnyRecord, to: number | null) => {
    const saved = await patchRecord(entity.plural, record.id, record.version, { parent: to });
    await refreshRecords(entity.key);
    return saved;
  };
  const move = (id: number, to: number | null) => run(async () => {
    const record = items.find((one) => one.id === id);
    const from = record && isLink(record.parent) ? record.parent.id : null;
    if (!record || from === to || (to !== null && withinOf(items, id).has(to))) return;
    const saved = await setParentOf(record, to);
    const target = items.find((one) => one.id === to);
    showToast({ tone: "success", text: t("admin.department_moved", { name: String(record.name), to: target ? String(target.name) : t("admin.department_top") }), action: { label: t("action.undo"), run: async () => { await setParentOf(saved, from); } } });
  });
  const remove = (record: AnyRecord) => run(async () => {
    await deleteRecord(entity.plural, record.id);
    await refreshRecords(entity.key);
    showToast({ tone: "success", text: t("card.deleted", { title: String(record.name) }), action: { label: t("action.undo"), run: async () => { await restoreRecord(entity.plural, record.id); await refreshRecords(entity.key); } } });
  });
  return (
    <AdminPage title={t("settings.page_departments")} hint={t("admin.departments_hint")} actions={is_loaded && items.length === 0 ? undefined : <Button leftSection={<IconPlus size={16} />} onClick={() => setParent(null)}>{t("admin.department_add")}</Button>}>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : is_loaded && items.length === 0 ? <EmptyState title={t("admin.departments_empty")} text={t("admin.departments_empty_text")} action={<Button onClick={() => setParent(null)}>{t("admin.department_add")}</Button>} /> : (
        <ul className={classes.rows} role="tree" aria-label={t("settings.page_departments")}>
          {branches.map((branch) => (
            <DepartmentRow
              key={branch.record.id} branch={branch} people={[...withinOf(items, branch.record.id)].reduce((sum, id) => sum + (people?.get(id) ?? 0), 0)} is_closed={closed.has(branch.record.id)} mayTake={(id) => !withinOf(items, id).has(branch.record.id)}
              onFold={() => setClosed((before) => { const next = new Set(before); if (!next.delete(branch.record.id)) next.add(branch.record.id); return next; })}
              onTake={(id) => void move(id, branch.record.id)} onEdit={() => setEdited(branch.record)} onAdd={() => setParent(branch.record)} onMove={() => setMoving(branch.record)} onRemove={() => void remove(branch.record)}
            />
          ))}
        </ul>
      )}
      {edited && <RecordDialog title={String(edited.name)} entity={entity} record={edited} fields={["name", "parent", "head"]} onClose={() => setEdited(null)} onDone={() => setEdited(null)} />}
      {parent !== undefined && <RecordDialog title={t("admin.department_add")} entity={entity} initial={parent ? { parent: { id: parent.id, title: String(parent.name) } } : {}} fields={["name", "parent", "head"]} onClose={() => setParent(undefined)} onDone={() => setParent(undefined)} />}
      {moving && (
        <Modal opened onClose={() => setMoving(null)} title={t("admin.department_move", { name: String(moving.name) })} size={420} closeButtonProps={{ "aria-label": t("action.close") }}>
          <Select
            label={t("admin.department_to")} searchable data-autofocus value={isLink(moving.parent) ? String(moving.parent.id) : "0"} allowDeselect={false}
            data={[{ value: "0", label: t("admin.department_top") }, ...toBranches(items, new Set()).filter((one) => !withinOf(items, moving.id).has(one.record.id)).map((one) => ({ value: String(one.record.id), label: `${" ".repeat(one.depth * 2)}${String(one.record.name)}` }))]}
            onChange={(value) => { void move(moving.id, value === "0" ? null : Number(value)); setMoving(null); }}
          />
        </Modal>
      )}
    </AdminPage>
  );
}
