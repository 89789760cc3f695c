import { kActions, kRest, rightsOf, type EntityRights, type Rights } from "@web/admin/roles/rights";
import classes from "@web/admin/shared/admin.module.css";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";

/** «видит свои, создаёт, не удаляет; не видит полей: …» */
function sentence(rights: EntityRights, entity: Entity | null): string {
  const given = kActions.filter((action) => (rights[action] ?? "none") !== "none").map((action) => {
    const scope = rights[action] ?? "none";
    const is_plain = action === "create" || (entity !== null && !entity.owner);
    return is_plain ? t(`admin.does_${action}`) : `${t(`admin.does_${action}`)} ${t(`admin.whose_${scope}`)}`;
  });
  if (given.length === 0) return t("admin.does_nothing");
  const labels = (keys: string[]) => keys.map((key) => entity?.fields.find((field) => field.key === key)?.label ?? key).join(", ");
  const parts = [given.join(", ")];
  if (rights.hidden?.length) parts.push(t("admin.says_hidden", { fields: labels(rights.hidden) }));
  if (rights.read_only?.length) parts.push(t("admin.says_read_only", { fields: labels(rights.read_only) }));
  if (rights.condition) parts.push(t("admin.says_condition", { condition: rights.condition }));
  return parts.join("; ");
}

/** The matrix read back in words: what differs from «everything else» is said by name. */
export function RightsSummary({ rights }: { rights: Rights }) {
  const metadata = useMetadata();
  const named = metadata.entities.filter((entity) => rightsOf(rights, entity).is_own);
  return (
    <section className={classes.panel} aria-label={t("admin.in_words")}>
      <h3>{t("admin.in_words")}</h3>
      <ul style={{ display: "grid", gap: 4, margin: 0, paddingLeft: 18 }}>
        {named.map((entity) => <li key={entity.key}><strong>{entity.label.many}</strong> — {sentence(rights[entity.key] ?? {}, entity)}.</li>)}
        <li><strong>{t("admin.right_rest")}</strong> — {sentence(rights[kRest] ?? {}, null)}.</li>
      </ul>
    </section>
  );
}
