import type { FieldProblem } from "@web/lib/problem";
import type { AnyRecord, Link, Money } from "@web/lib/values";

/** What of a line is changed in the editor; figures are decimal text. */
export interface LineValues {
  product: Link | null;
  name: string | null;
  quantity: string | null;
  price: string | null;
  discount_percent: string | null;
  vat_rate: Link | null;
}

export interface LineRow {
  /** Stays while the row stands, also when the server gives it a number. */
  key: string;
  /** As the server keeps it; null: not yet saved. */
  stored: AnyRecord | null;
  /** What was changed since. */
  local: Partial<LineValues>;
}

export const kLineFields = ["position", "product", "name", "article", "unit", "quantity", "price", "discount_percent", "vat_rate", "vat_amount", "amount", "price_reason"];

let next_key = 1;

export function newRow(local: Partial<LineValues> = {}): LineRow {
  return { key: `row-${next_key++}`, stored: null, local };
}

export function storedRow(stored: AnyRecord): LineRow {
  return { key: `row-${next_key++}`, stored, local: {} };
}

export function valueOf<K extends keyof LineValues>(row: LineRow, field: K): LineValues[K] {
  if (field in row.local) return row.local[field] as LineValues[K];
  return (row.stored?.[field] ?? null) as LineValues[K];
}

export function amountOf(row: LineRow, field: "amount" | "vat_amount"): Money | null {
  return (row.stored?.[field] ?? null) as Money | null;
}

export function isChanged(row: LineRow): boolean {
  return Object.keys(row.local).length > 0;
}

/** Another product is another line: it brings its own name, unit, price and tax. */
export function withProduct(row: LineRow, product: Link | null, name: string | null): LineRow {
  const local: Partial<LineValues> = { product, quantity: valueOf(row, "quantity") ?? "1" };
  if (!product) local.name = name;
  return { key: row.key, stored: null, local };
}

/** A row as a PATCH takes it. A price that came from the catalogue is asked for anew where the quantity changed: it may hold from another one. */
export function wireLine(row: LineRow): Record<string, unknown> {
  const wire: Record<string, unknown> = row.stored ? { id: row.stored.id } : {};
  for (const [field, value] of Object.entries(row.local)) {
    const is_link = typeof value === "object" && value !== null;
    if (row.stored || value !== null) wire[field] = is_link ? { id: value.id } : value;
  }
  if (row.stored?.price_reason && "quantity" in row.local && !("price" in row.local)) wire.price = null;
  return wire;
}

/** What the server keeps after `sent` was saved; what was typed meanwhile stays. Rows come back in the order they were sent. */
export function afterSave(rows: LineRow[], sent: LineRow[], stored: AnyRecord[]): LineRow[] {
  return rows.map((row) => {
    const at = sent.findIndex((one) => one.key === row.key);
    const known = sent[at]?.stored;
    const saved = known ? stored.find((line) => line.id === known.id) : stored[at];
    if (!saved) return row;
    const before = sent[at]?.local ?? {};
    const local = Object.fromEntries(Object.entries(row.local).filter(([field, value]) => value !== before[field as keyof LineValues]));
    return { key: row.key, stored: saved, local };
  });
}

/** Lines somebody else may have changed: unsaved typing stays, rows keep their places on the screen. */
export function afterRead(rows: LineRow[], stored: AnyRecord[]): LineRow[] {
  const known = new Map(rows.filter((row) => row.stored).map((row) => [row.stored?.id, row]));
  const read = stored.map((line) => {
    const row = known.get(line.id);
    return row ? { ...row, stored: line } : storedRow(line);
  });
  return [...read, ...rows.filter((row) => !row.stored)];
}

export function moved(rows: LineRow[], at: number, step: number): LineRow[] {
  const to = at + step;
  if (to < 0 || to >= rows.length) return rows;
  const next = [...rows];
  const [row] = next.splice(at, 1);
  if (row) next.splice(to, 0, row);
  return next;
}

export type RowFaults = Partial<Record<string, string>>;

/** Faults by row and field: `lines[3].quantity` stands at the quantity of the fourth row that was sent; of several the last, which knows most. */
export function faultsByRow(errors: FieldProblem[], sent: LineRow[]): { rows: Record<string, RowFaults>; rest: string[] } {
  const rows: Record<string, RowFaults> = {};
  const rest: string[] = [];
  for (const error of errors) {
    const found = /^lines\[(\d+)\](?:\.(\w+))?/.exec(error.path);
    const row = found ? sent[Number(found[1])] : undefined;
    if (!row) {
      rest.push(error.message);
      continue;
    }
    const faults = (rows[row.key] ??= {});
    const field = found?.[2] ?? "product";
    faults[field] = error.message;
  }
  return { rows, rest };
}
