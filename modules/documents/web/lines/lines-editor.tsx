import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { ErrorNotice } from "@web/kit/error-notice";
import { t } from "@web/lib/i18n";
import { showToast } from "@web/lib/toasts";
import { isBlank } from "@web/lib/values";
import type { CardWidgetProps } from "@web/lib/widgets";
import { EditableLine } from "./line-row";
import { moved, newRow, valueOf, withProduct, type LineRow } from "./line-rows";
import { holdsOn, vat_rates_query } from "./lines-calls";
import { LinesHead } from "./lines-head";
import classes from "./lines.module.css";
import { PlainLine } from "./plain-line";
import { ProductCell } from "./product-cell";
import { Totals } from "./totals";
import { useLines } from "./use-lines";

/** The lines of a document: edited while it is a draft, read afterwards. */
export function LinesEditor({ entity, record }: CardWidgetProps) {
  const lines = useLines(entity, record);
  const { rows, change } = lines;
  const is_draft = record.state === "draft" && entity.can.update === true;
  const has_vat = record.vat_mode !== "exempt";
  const { data: all_rates = [] } = useQuery({ ...vat_rates_query, enabled: is_draft && has_vat });
  const rates = all_rates.filter((rate) => holdsOn(rate, String(record.date)));
  const table = useRef<HTMLTableElement>(null);
  const wanted = useRef<{ row: string; cell: string } | null>(null);
  const new_key = useRef(newRow().key);
  // The hand goes on where it was: in the row that moved, in the figure after the product, in the row for the next one.
  useEffect(() => {
    const place = wanted.current;
    const control = place && table.current?.querySelector<HTMLInputElement>(`[data-row="${place.row}"] [data-cell="${place.cell}"]`);
    if (!control) return;
    wanted.current = null;
    control.focus();
  });
  const goTo = (row: string, cell: string) => {
    wanted.current = { row, cell };
    const control = table.current?.querySelector<HTMLInputElement>(`[data-row="${row}"] [data-cell="${cell}"]`);
    control?.focus();
    if (control && document.activeElement === control) wanted.current = null;
  };
  const is_empty = lines.is_loaded && rows.length === 0;
  useEffect(() => { if (is_empty && is_draft && matchMedia("(min-width: 720px)").matches) goTo(new_key.current, "product"); }, [is_empty, is_draft]);

  const put = (row: LineRow, then?: string) => {
    if (then) wanted.current = { row: row.key, cell: then };
    change(rows.map((one) => (one.key === row.key ? row : one)));
  };
  const add = (make: (row: LineRow) => LineRow) => {
    const row = make({ ...newRow(), key: new_key.current });
    new_key.current = newRow().key;
    wanted.current = { row: row.key, cell: isBlank(valueOf(row, "product")) ? "price" : "quantity" };
    change([...rows, row]);
  };
  const step = (at: number, by: number, cell: string) => {
    const key = rows[at]?.key;
    if (key) wanted.current = { row: key, cell };
    change(moved(rows, at, by));
  };
  const remove = (at: number) => {
    const row = rows[at];
    if (!row) return;
    wanted.current = { row: rows[at + 1]?.key ?? new_key.current, cell: "product" };
    change(rows.filter((one) => one !== row));
    const [product, name] = [valueOf(row, "product"), valueOf(row, "name")];
    const back = newRow({ product, name, quantity: valueOf(row, "quantity"), price: row.stored?.price_reason && !("price" in row.local) ? null : valueOf(row, "price"), discount_percent: valueOf(row, "discount_percent"), vat_rate: valueOf(row, "vat_rate") });
    showToast({ tone: "info", text: t("web.documents.line_removed", { name: name ?? product?.title ?? "" }), action: { label: t("action.undo"), run: () => change([...lines.latest().slice(0, at), back, ...lines.latest().slice(at)]) } });
  };
  if (lines.error && !lines.is_loaded) return <ErrorNotice error={lines.error} />;
  return (
    <section aria-label={t("web.documents.lines")} className={classes.section} aria-busy={lines.is_saving}>
      <LinesHead count={rows.length} is_draft={is_draft} is_saving={lines.is_saving} has_faults={lines.problem !== null || Object.keys(lines.faults).length > 0} problem={lines.problem} />
      {!lines.is_loaded ? <Skeleton height={120} /> : (
        <table ref={table} className={classes.table} data-draft={is_draft || undefined}>
          <thead>
            <tr>
              <th scope="col">№</th><th scope="col" data-wide>{t("web.documents.product")}</th><th scope="col">{t("web.documents.quantity")}</th><th scope="col">{t("web.documents.price")}</th><th scope="col">{t("web.documents.discount")}</th>
              {has_vat && <th scope="col">{t("web.documents.vat")}</th>}
              <th scope="col">{t("web.documents.amount")}</th>
              {is_draft && <th scope="col"><span className="unseen">{t("web.documents.line_menu")}</span></th>}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (is_draft ? (
              <EditableLine
                key={row.key} row={row} at={at} is_last={at === rows.length - 1} has_vat={has_vat} rates={rates} faults={lines.faults[row.key]} onChange={put} onEnter={() => goTo(rows[at + 1]?.key ?? new_key.current, "product")}
                onStep={(by, cell) => step(at, by, cell)} onRemove={() => remove(at)}
              />
            ) : <PlainLine key={row.key} row={row} at={at} has_vat={has_vat} />))}
            {is_draft && (
              <tr data-row={new_key.current} className={classes.fresh}>
                <td className={classes.place}>{rows.length + 1}</td>
                <td colSpan={has_vat ? 7 : 6} data-wide>
                  <ProductCell
                    key={new_key.current} name="" label={t("web.documents.line_add")} placeholder={t("web.documents.line_add")}
                    onProduct={(product) => add((row) => withProduct(row, product, null))} onName={(name) => add((row) => withProduct(row, null, name))}
                  />
                </td>
              </tr>
            )}
          </tbody>
        </table>
      )}
      {is_empty && !is_draft && <p className="muted">{t("web.documents.no_lines")}</p>}
      {lines.is_loaded && rows.length > 0 && <Totals record={record} has_vat={has_vat} is_waiting={lines.is_saving} />}
    </section>
  );
}
