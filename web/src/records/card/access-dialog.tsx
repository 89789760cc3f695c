import { Modal } from "@mantine/core";
import { useState } from "react";
import { RecordPicker } from "@web/fields/shared/link/record-picker";
import { Badge } from "@web/kit/badge";
import { useAccess, type AccessReason } from "@web/lib/calls/access";
import { useMe } from "@web/lib/calls/me";
import { useMetadata } from "@web/lib/calls/metadata";
import { t, type TextKey } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import type { AnyRecord, Link } from "@web/lib/values";

const kActions = ["read", "update", "delete", "export"];

const kRules = ["admin", "key_scope", "no_right", "scope", "condition", "via", "share"];
const kScopes = ["none", "own", "department", "department_tree", "all"];

/** The rule in words; a condition of a role is shown as it is written there. */
function reasonText(reason: AccessReason): string {
  const rule = kRules.includes(reason.rule) ? t(`access.rule_${reason.rule}` as TextKey) : reason.rule;
  const scope = reason.scope && kScopes.includes(reason.scope) ? t(`access.scope_${reason.scope}` as TextKey) : reason.scope;
  const detail = reason.rule === "condition" ? reason.detail : null;
  return [reason.role?.title, rule, reason.rule === "no_right" ? null : scope, detail].filter(Boolean).join(": ");
}

/** Who can see this: for a chosen colleague, what is allowed and by which rules. */
export function AccessDialog({ entity, record, onClose }: { entity: Entity; record: AnyRecord; onClose: () => void }) {
  const me = useMe();
  const metadata = useMetadata();
  const users = metadata.entity("user");
  const [user, setUser] = useState<Link | null>({ id: me.user.id, title: me.user.name });
  const { data, error } = useAccess(entity.plural, record.id, user?.id ?? null);
  const hidden = (data?.hidden_fields ?? []).map((key) => metadata.field(entity, key)?.label ?? key);
  return (
    <Modal opened onClose={onClose} title={t("access.title")} size={480} closeButtonProps={{ "aria-label": t("action.close") }}>
      <div style={{ display: "grid", gap: 12, minHeight: 240, alignContent: "start" }}>
        <RecordPicker entities={users ? [users] : []} value={user} onChange={setUser} name={t("access.user")} label={t("access.user")} can_create={false} is_required />
        {error && <p role="alert" style={{ color: "var(--danger)" }}>{messageOf(error)}</p>}
        {data && (
          <>
            <dl style={{ display: "grid", gridTemplateColumns: "120px 1fr", gap: "6px 12px", margin: 0 }}>
              {kActions.map((action) => [
                <dt key={`${action}-name`}>{t(`access.${action}` as TextKey)}</dt>,
                <dd key={action} style={{ margin: 0 }}><Badge tone={data.allowed[action] ? "success" : "danger"}>{t(data.allowed[action] ? "access.allowed" : "access.denied")}</Badge></dd>,
              ])}
            </dl>
            {data.reasons.length > 0 && (
              <div>
                <h3>{t("access.why")}</h3>
                <ul style={{ margin: "4px 0 0", paddingLeft: 18 }}>{data.reasons.map((reason, at) => <li key={at}>{reasonText(reason)} <span className="muted">— {t(reason.lets ? "access.lets" : "access.stops")}</span></li>)}</ul>
              </div>
            )}
            {hidden.length > 0 && <p className="muted">{t("access.hidden_fields", { fields: hidden.join(", ") })}</p>}
          </>
        )}
      </div>
    </Modal>
  );
}
