import { Link } from "@tanstack/react-router";
import { EmptyState } from "@web/kit/empty-state";
import { EntityIcon } from "@web/kit/entity-icon";
import { useMetadata } from "@web/lib/calls/metadata";
import { t, type TextKey } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import classes from "./trade-settings.module.css";

/** What documents and prices stand on, in the order in which it is set up. */
const kGroups: { title: TextKey; keys: string[] }[] = [
  { title: "web.trade.own", keys: ["own_company", "own_account", "number_series", "print_template"] },
  { title: "web.trade.products", keys: ["product", "product_group", "unit", "vat_rate", "warehouse", "stock_balance"] },
  { title: "web.trade.prices", keys: ["price_list", "price_row", "discount_rule", "discount_limit", "currency_rate"] },
];

/** Lists that have no place of their own in the menu, for those who may read them. */
export function TradeSettings() {
  const metadata = useMetadata();
  const groups = kGroups.map((group) => ({ title: group.title, entities: group.keys.map((key) => metadata.entity(key)).filter((entity): entity is Entity => entity?.can.read === true) })).filter((group) => group.entities.length > 0);
  return (
    <div className={classes.page}>
      <h1>{t("web.trade.title")}</h1>
      {groups.length === 0 && <EmptyState title={t("web.trade.nothing")} />}
      {groups.map((group) => (
        <section key={group.title}>
          <h2>{t(group.title)}</h2>
          <ul className={classes.links}>
            {group.entities.map((entity) => (
              <li key={entity.key}><Link to="/$plural" params={{ plural: entity.plural }} className={classes.link}><EntityIcon name={entity.icon} size={18} /><span>{entity.label.many}</span></Link></li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
