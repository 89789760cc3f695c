import { formatMoney } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import { isMoney, type AnyRecord } from "@web/lib/values";
import classes from "./lines.module.css";

/** The sums of the document as the server worked them out. */
export function Totals({ record, has_vat, is_waiting }: { record: AnyRecord; has_vat: boolean; is_waiting: boolean }) {
  const money = (value: unknown) => (isMoney(value) ? formatMoney(value) : "—");
  return (
    <dl className={classes.totals} data-waiting={is_waiting || undefined} aria-label={t("web.documents.totals")}>
      {has_vat && <><dt>{t("web.documents.net")}</dt><dd>{money(record.net_amount)}</dd><dt>{t(record.vat_mode === "added" ? "web.documents.vat_added" : "web.documents.vat_included")}</dt><dd>{money(record.vat_amount)}</dd></>}
      <dt className={classes.whole}>{t(has_vat ? "web.documents.whole" : "web.documents.whole_exempt")}</dt><dd className={classes.whole}>{money(record.amount)}</dd>
    </dl>
  );
}
