import { Modal } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo, useState, type ReactNode } from "react";
import { useMetadata } from "@web/lib/calls/metadata";
import { accusative } from "@web/lib/format/accusative";
import { t } from "@web/lib/i18n";
import { RecordCreatorContext, type RecordCreator } from "@web/lib/record-creator";
import { showToast } from "@web/lib/toasts";
import type { AnyRecord, Link } from "@web/lib/values";
import { cardWidgets } from "@web/lib/widgets";
import { CreateForm } from "@web/records/form/create-form";

interface Request {
  entity_key: string;
  initial: Record<string, unknown>;
  stays: boolean;
  answer: (link: Link | null) => void;
}

/** Draws the create forms that menus, shortcuts and pickers ask for; a picker inside a form opens another over it. */
export function CreateHost({ children }: { children: ReactNode }) {
  const [requests, setRequests] = useState<Request[]>([]);
  const create = useCallback<RecordCreator>((entity_key, initial, options) => new Promise((answer) => setRequests((before) => [...before, { entity_key, initial, stays: options?.stays ?? false, answer }])), []);
  const close = (request: Request, record: Link | null) => {
    setRequests((before) => before.filter((one) => one !== request));
    request.answer(record);
  };
  return (
    <RecordCreatorContext.Provider value={create}>
      {children}
      {requests.map((request, level) => <CreateDialog key={level} request={request} level={level} onClose={(link) => close(request, link)} />)}
    </RecordCreatorContext.Provider>
  );
}

function CreateDialog({ request, level, onClose }: { request: Request; level: number; onClose: (link: Link | null) => void }) {
  const entity = useMetadata().entity(request.entity_key);
  const navigate = useNavigate();
  const finish = useMemo(() => (record: AnyRecord) => {
    if (!entity) return;
    const title = String(record[entity.title] ?? `#${record.id}`);
    onClose({ id: record.id, title, entity: entity.key });
    const open = () => navigate({ to: "/$plural/$id", params: { plural: entity.plural, id: String(record.id) } });
    if (!request.stays && cardWidgets("card.main", entity.key).length > 0) return void open();
    showToast({ tone: "success", text: t("create.done", { entity: entity.label.one, title }), action: { label: t("action.open"), run: open } });
  }, [entity, navigate, onClose, request.stays]);
  if (!entity) return null;
  return (
    <Modal opened onClose={() => onClose(null)} title={t("create.title", { entity: accusative(entity.label.one) })} size={480} zIndex={200 + level * 10} closeButtonProps={{ "aria-label": t("action.close") }}>
      <CreateForm entity={entity} initial={request.initial} onCreated={finish} onCancel={() => onClose(null)} />
    </Modal>
  );
}
