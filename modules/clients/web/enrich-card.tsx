import { Button, Checkbox, Modal, Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconBuildingBank } from "@tabler/icons-react";
import { useState } from "react";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import { announce } from "@web/lib/live";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import type { CardWidgetProps } from "@web/lib/widgets";
import { readRegister, takeFromRegister, type RegisterChange } from "./client-calls";

/** What the register says otherwise than the card; the user ticks what is taken. */
export function EnrichCard({ entity, record }: CardWidgetProps) {
  const [is_open, setOpen] = useState(false);
  if (!entity.can.update || (!record.inn && !record.ogrn)) return null;
  return (
    <>
      <Button size="xs" variant="default" leftSection={<IconBuildingBank size={15} />} onClick={() => setOpen(true)}>{t("web.enrich.menu")}</Button>
      {is_open && <Difference entity={entity} record={record} onClose={() => setOpen(false)} />}
    </>
  );
}

function Difference({ entity, record, onClose }: CardWidgetProps & { onClose: () => void }) {
  const metadata = useMetadata();
  const [left_out, setLeftOut] = useState<string[]>([]);
  const [is_saving, setSaving] = useState(false);
  const { data, error } = useQuery({ queryKey: ["register", record.id, record.version], queryFn: ({ signal }) => readRegister(record.id, signal), retry: false });
  const changes = data?.changes ?? [];
  const taken = changes.map((change) => change.field).filter((field) => !left_out.includes(field));
  const label = (key: string) => metadata.field(entity, key)?.label ?? key;
  const text = (change: RegisterChange, value: unknown) => (metadata.field(entity, change.field)?.options?.find((option) => option.key === value)?.label ?? (value === null ? "" : String(value)));
  const save = async () => {
    setSaving(true);
    try {
      await takeFromRegister(record.id, taken);
      announce({ entity: entity.key, id: record.id, version: 0, action: "changed" });
      showToast({ tone: "success", text: t("web.enrich.applied") });
      onClose();
    } catch (problem) {
      showToast({ tone: "danger", text: messageOf(problem) });
      setSaving(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={data?.title ?? t("web.enrich.title")} size={720} closeButtonProps={{ "aria-label": t("action.close") }}>
      {error && <p role="alert">{messageOf(error)}</p>}
      {data && changes.length === 0 && <p role="status">{t("web.enrich.none")}</p>}
      {changes.length > 0 && (
        <Table>
          <Table.Thead><Table.Tr><Table.Th>{t("web.enrich.field")}</Table.Th><Table.Th>{t("web.enrich.before")}</Table.Th><Table.Th>{t("web.enrich.after")}</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>
            {changes.map((change) => (
              <Table.Tr key={change.field}>
                <Table.Td><Checkbox label={label(change.field)} checked={!left_out.includes(change.field)} onChange={(event) => setLeftOut(event.currentTarget.checked ? left_out.filter((field) => field !== change.field) : [...left_out, change.field])} /></Table.Td>
                <Table.Td className="muted">{text(change, change.before)}</Table.Td>
                <Table.Td>{text(change, change.after)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <div style={{ display: "flex", gap: 8, justifyContent: "flex-end", marginTop: 12 }}>
        <Button variant="default" onClick={onClose}>{t("action.cancel")}</Button>
        <Button onClick={() => void save()} loading={is_saving} disabled={taken.length === 0}>{t("web.enrich.apply")}</Button>
      </div>
    </Modal>
  );
}
