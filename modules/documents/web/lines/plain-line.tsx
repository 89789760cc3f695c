import { Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { formatDecimal } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import type { Link as RecordLink } from "@web/lib/values";
import { trimmed } from "./figures";
import { amountOf, valueOf, type LineRow } from "./line-rows";
import classes from "./lines.module.css";

/** A line of a document that is no draft any more. */
export function PlainLine({ row, at, has_vat }: { row: LineRow; at: number; has_vat: boolean }) {
  const figure = (value: string | null) => (value ? formatDecimal(trimmed(value)) : "");
  const product = valueOf(row, "product");
  const name = valueOf(row, "name") ?? "";
  const reason = String(row.stored?.price_reason ?? "");
  const discount = valueOf(row, "discount_percent");
  return (
    <tr data-row={row.key}>
      <td className={classes.place}>{at + 1}</td>
      <td data-wide>{product ? <Link to="/$plural/$id" params={{ plural: "products", id: String(product.id) }}>{name}</Link> : name}{row.stored?.article ? <small className="muted"> {String(row.stored.article)}</small> : null}</td>
      <td className={classes.sum} data-label={t("web.documents.quantity")}>{figure(valueOf(row, "quantity"))} <span className="muted">{(row.stored?.unit as RecordLink | null)?.title ?? ""}</span></td>
      <td className={classes.sum} data-label={t("web.documents.price")}><Tooltip label={reason} disabled={!reason} events={{ hover: true, focus: true, touch: true }} multiline maw={320}><span tabIndex={reason ? 0 : undefined} aria-description={reason || undefined}>{figure(valueOf(row, "price"))}</span></Tooltip></td>
      <td className={classes.sum} data-label={t("web.documents.discount")}>{discount && trimmed(discount) !== "0" ? `${figure(discount)} %` : ""}</td>
      {has_vat && <td className={classes.sum} data-label={t("web.documents.vat")}>{valueOf(row, "vat_rate")?.title ?? ""}</td>}
      <td className={classes.sum} data-label={t("web.documents.amount")}>{formatDecimal(amountOf(row, "amount")?.amount, 2)}</td>
    </tr>
  );
}
