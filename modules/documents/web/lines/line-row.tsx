import { Menu, Tooltip } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconDotsVertical, IconTag, IconTrash } from "@tabler/icons-react";
import type { KeyboardEvent } from "react";
import { IconButton } from "@web/kit/icon-button";
import { formatDecimal } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import type { AnyRecord, Link } from "@web/lib/values";
import { amountOf, valueOf, withProduct, type LineRow, type LineValues, type RowFaults } from "./line-rows";
import classes from "./lines.module.css";
import { NumberCell } from "./number-cell";
import { ProductCell } from "./product-cell";

export interface LineRowProps {
  row: LineRow;
  at: number;
  is_last: boolean;
  has_vat: boolean;
  rates: AnyRecord[];
  faults: RowFaults | undefined;
  onChange: (row: LineRow, then?: "quantity") => void;
  onEnter: () => void;
  onStep: (step: number, cell: string) => void;
  onRemove: () => void;
}

/** One line under the hand: every cell is a control, the menu of the row has what keys do as well. */
export function EditableLine({ row, at, is_last, has_vat, rates, faults, onChange, onEnter, onStep, onRemove }: LineRowProps) {
  const name = valueOf(row, "name") ?? valueOf(row, "product")?.title ?? "";
  const rate = valueOf(row, "vat_rate");
  const amount = amountOf(row, "amount");
  const is_waiting = Object.keys(row.local).length > 0;
  const fault_id = `${row.key}-faults`;
  const fault = (...fields: string[]) => (fields.some((field) => faults?.[field]) ? fault_id : undefined);
  const of = (cell: string) => t("web.documents.cell_of", { cell, line: at + 1 });
  const set = (values: Partial<LineValues>) => onChange({ ...row, local: { ...row.local, ...values } });
  const reason = "price" in row.local ? "" : String(row.stored?.price_reason ?? "");
  const onKeyDown = (event: KeyboardEvent<HTMLTableRowElement>) => {
    const cell = (event.target as HTMLElement).dataset.cell ?? "product";
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      event.stopPropagation();
      onStep(event.key === "ArrowUp" ? -1 : 1, cell);
    } else if (event.key === "Delete" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onRemove();
    }
  };
  const options: Link[] = rates.map((one) => ({ id: one.id, title: String(one.name) }));
  const all_rates = rate && !options.some((one) => one.id === rate.id) ? [rate, ...options] : options;
  return (
    <>
      <tr data-row={row.key} data-waiting={is_waiting || undefined} onKeyDownCapture={onKeyDown}>
        <td className={classes.place}>{at + 1}</td>
        <td data-wide>
          <ProductCell name={name} label={of(t("web.documents.product"))} fault_id={fault("product", "name", "article", "unit")} onProduct={(product) => onChange(withProduct(row, product, null), "quantity")} onName={(words) => set({ name: words })} />
        </td>
        <td data-label={t("web.documents.quantity")}>
          <span className={classes.measured}>
            <NumberCell cell="quantity" value={valueOf(row, "quantity")} label={of(t("web.documents.quantity"))} fault_id={fault("quantity")} onCommit={(quantity) => set({ quantity })} onEnter={onEnter} />
            <span className="muted">{(row.stored?.unit as Link | null)?.title ?? ""}</span>
          </span>
        </td>
        <td data-label={t("web.documents.price")}>
          <Tooltip label={reason} disabled={!reason} events={{ hover: true, focus: true, touch: true }} multiline maw={320}>
            <span className={classes.priced}>
              <NumberCell cell="price" value={valueOf(row, "price")} label={of(t("web.documents.price"))} description={reason || undefined} fault_id={fault("price", "cost")} may_be_blank onCommit={(price) => set({ price })} onEnter={onEnter} />
              {reason && <IconTag size={12} className={classes.reason} aria-hidden="true" />}
            </span>
          </Tooltip>
        </td>
        <td data-label={t("web.documents.discount")}>
          <NumberCell cell="discount_percent" value={valueOf(row, "discount_percent")} label={of(t("web.documents.discount"))} fault_id={fault("discount_percent")} may_be_blank onCommit={(discount_percent) => set({ discount_percent })} onEnter={onEnter} />
        </td>
        {has_vat && (
          <td data-label={t("web.documents.vat")}>
            <select
              className={classes.cell} data-cell="vat_rate" aria-label={of(t("web.documents.vat"))} aria-invalid={fault("vat_rate") ? true : undefined} aria-describedby={fault("vat_rate")} value={rate?.id ?? ""}
              onChange={(event) => set({ vat_rate: all_rates.find((one) => String(one.id) === event.currentTarget.value) ?? null })}
            >
              {!rate && <option value="" />}
              {all_rates.map((one) => <option key={one.id} value={one.id}>{one.title}</option>)}
            </select>
          </td>
        )}
        <td className={classes.sum} data-label={t("web.documents.amount")}>{amount && !is_waiting ? formatDecimal(amount.amount, 2) : <span className="muted">{amount ? formatDecimal(amount.amount, 2) : "…"}</span>}</td>
        <td data-tools>
          <Menu position="bottom-end">
            <Menu.Target><IconButton size={26} label={of(t("web.documents.line_menu"))}><IconDotsVertical size={15} /></IconButton></Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconArrowUp size={15} />} rightSection={<kbd>Alt ↑</kbd>} disabled={at === 0} onClick={() => onStep(-1, "product")}>{t("web.documents.line_up")}</Menu.Item>
              <Menu.Item leftSection={<IconArrowDown size={15} />} rightSection={<kbd>Alt ↓</kbd>} disabled={is_last} onClick={() => onStep(1, "product")}>{t("web.documents.line_down")}</Menu.Item>
              {row.stored?.product && !reason ? <Menu.Item leftSection={<IconTag size={15} />} onClick={() => set({ price: null, discount_percent: null })}>{t("web.documents.line_price")}</Menu.Item> : null}
              <Menu.Item color="red" leftSection={<IconTrash size={15} />} rightSection={<kbd>Ctrl Del</kbd>} onClick={onRemove}>{t("web.documents.line_remove")}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </td>
      </tr>
      {faults && (
        <tr className={classes.faults}>
          <td />
          <td colSpan={7} id={fault_id} role="alert">{Object.values(faults).join(" ")}</td>
        </tr>
      )}
    </>
  );
}
