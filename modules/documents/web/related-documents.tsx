import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Badge } from "@web/kit/badge";
import { EntityIcon } from "@web/kit/entity-icon";
import { toTone } from "@web/kit/tone";
import { useMetadata } from "@web/lib/calls/metadata";
import { queryRecords } from "@web/lib/calls/query-records";
import { formatMoney } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { isMoney, type AnyRecord } from "@web/lib/values";
import type { CardWidgetProps } from "@web/lib/widgets";
import classes from "./related-documents.module.css";

const kKinds = ["quote", "sales_order", "invoice", "contract", "act", "waybill", "tax_invoice"];
const kOfEach = 4;
const kShown = 8;

async function newest(kinds: Entity[], field: string, id: number, signal: AbortSignal): Promise<{ kind: Entity; document: AnyRecord }[]> {
  const pages = await Promise.all(kinds.map(async (kind) => {
    const query = { filter: { field, op: "eq" as const, value: id }, sort: [{ field: "date", desc: true }], limit: kOfEach, fields: ["number", "date", "state", "amount"] };
    return (await queryRecords(kind.plural, query, signal, true)).items.map((document) => ({ kind, document }));
  }));
  return pages.flat().sort((a, b) => String(b.document.date).localeCompare(String(a.document.date)) || b.document.id - a.document.id);
}

/** The papers of a deal or a client, whatever their kind, the newest first. */
export function RelatedDocuments({ entity, record }: CardWidgetProps) {
  const metadata = useMetadata();
  const kinds = kKinds.map((key) => metadata.entity(key)).filter((kind): kind is Entity => kind?.can.read === true);
  const { data } = useQuery({ queryKey: ["related", entity.plural, record.id, "documents"], enabled: kinds.length > 0, queryFn: ({ signal }) => newest(kinds, entity.key, record.id, signal) });
  if (kinds.length === 0 || !data || data.length === 0) return null;
  return (
    <section aria-label={t("web.documents.menu")} className={classes.list}>
      <h3>{t("web.documents.menu")}</h3>
      <ul>
        {data.slice(0, kShown).map(({ kind, document }) => {
          const state = metadata.field(kind, "state")?.options?.find((option) => option.key === document.state);
          return (
            <li key={`${kind.key}/${document.id}`}>
              <EntityIcon name={kind.icon} size={15} />
              <Link to="/$plural/$id" params={{ plural: kind.plural, id: String(document.id) }} className="cut">{kind.label.one}{document.number ? ` ${String(document.number)}` : ""}</Link>
              <span className={classes.facts}>{isMoney(document.amount) && <span>{formatMoney(document.amount)}</span>}{state && <Badge tone={toTone(state.color)}>{state.label}</Badge>}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
