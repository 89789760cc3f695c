import { Modal } from "@mantine/core";
import { useState } from "react";
import { RecordPicker } from "@web/fields/shared/record-picker";
import { Badge } from "@web/kit/badge";
import { useAccess } from "@web/lib/calls/access";
import { useMe } from "@web/lib/calls/me";
import { useMetadata } from "@web/lib/calls/metadata";
import { t, type TextKey } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import type { AnyRecord, Link } from "@web/lib/values";

const kActions = ["read", "update", "delete", "export"];

/** Who can see this: for a chosen colleague, what is allowed and by which rule. */
export function AccessDialog({ entity, record, onClose }: { entity: Entity; record: AnyRecord; onClose: () => void }) {
  const me = useMe();
  const users = useMetadata().entity("user");
  const [user, setUser] = useState<Link | null>({ id: me.user.id, title: me.user.name });
  const { data, error } = useAccess(entity.plural, record.id, user?.id ?? null);
  const single = data && !data.actions ? { read: { allowed: data.allowed ?? false, rule: data.rule ?? null, text: data.text ?? null } } : (data?.actions ?? {});
  return (
    <Modal opened onClose={onClose} title={t("access.title")} size={480} closeButtonProps={{ "aria-label": t("action.close") }}>
      <div style={{ display: "grid", gap: 12, minHeight: 220, alignContent: "start" }}>
        <RecordPicker entities={users ? [users] : []} value={user} onChange={setUser} name={t("access.user")} label={t("access.user")} can_create={false} is_required />
        {error && <p role="alert" style={{ color: "var(--danger)" }}>{messageOf(error)}</p>}
        <dl style={{ display: "grid", gridTemplateColumns: "140px 1fr", gap: "8px 12px", margin: 0 }}>
          {Object.entries(single).map(([action, answer]) => [
            <dt key={`${action}-name`}>{kActions.includes(action) ? t(`access.${action}` as TextKey) : action}</dt>,
            <dd key={action} style={{ margin: 0 }}>
              <Badge tone={answer.allowed ? "success" : "danger"}>{t(answer.allowed ? "access.allowed" : "access.denied")}</Badge> <span className="muted">{answer.text ?? answer.rule ?? ""}</span>
            </dd>,
          ])}
        </dl>
        {(data?.reasons ?? []).map((reason) => <p key={reason} className="muted">{reason}</p>)}
      </div>
    </Modal>
  );
}
