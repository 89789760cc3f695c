import type { Metadata } from "@web/lib/calls/metadata";
import type { Entity, Field, FieldType } from "@web/lib/metadata-types";

export interface Column {
  /** Field key or dotted path through links. */
  path: string;
  field: Field;
  label: string;
  width_px: number;
  /** Set by hand; other columns share what is left and shrink before the list scrolls sideways. */
  is_fixed: boolean;
}

export interface ColumnChoice {
  path: string;
  width_px?: number;
}

const kWidths_px: Partial<Record<FieldType, number>> = {
  bool: 90, date: 110, instant: 150, integer: 100, percent: 90, decimal: 120, money: 130, user: 190, phone: 165, email: 200, choice: 150,
  auto_number: 95, text: 150, duration: 110, image: 70, tags: 180, multi_choice: 180, address: 220, long_text: 260,
};
export const kMinWidth_px = 60;

/** What is of one length: cutting a number or a time makes it wrong. */
const kRigid = new Set<FieldType>(["auto_number", "date", "instant", "money", "phone"]);

const kNumeric = new Set<FieldType>(["integer", "decimal", "money", "percent", "duration"]);

export function isNumeric(field: Field): boolean {
  return kNumeric.has(field.result ?? field.type);
}

export function defaultWidth(field: Field, is_title: boolean): number {
  if (is_title) return 280;
  if (field.format) return 130;
  return kWidths_px[field.result ?? field.type] ?? 180;
}

/** A column is never narrower by itself than its own name. */
function headWidth(label: string): number {
  return Math.min(170, Math.round(label.length * 7.2) + 20);
}

/** The columns of a view by default: the title, then fields that say something at a glance. */
export function defaultColumns(entity: Entity): string[] {
  const shipped = entity.views?.find((view) => view.type === "list")?.columns;
  if (shipped?.length) return shipped.includes(entity.title) ? shipped : [entity.title, ...shipped];
  const skipped = new Set<FieldType>(["long_text", "rich_text", "file", "image"]);
  const rest = entity.fields.filter((field) => !field.system && !field.hidden && field.key !== entity.title && !skipped.has(field.type));
  return [entity.title, ...rest.slice(0, 6).map((field) => field.key)];
}

/** Resolves paths to columns; those the caller may not see (any more) fall out. */
export function resolveColumns(metadata: Metadata, entity: Entity, choices: ColumnChoice[]): Column[] {
  const columns: Column[] = [];
  for (const choice of choices) {
    const field = metadata.fieldAt(entity, choice.path);
    if (!field || field.hidden) continue;
    const label = metadata.pathLabel(entity, choice.path);
    const width_px = Math.max(kMinWidth_px, choice.width_px ?? Math.max(defaultWidth(field, choice.path === entity.title), headWidth(label)));
    columns.push({ path: choice.path, field, label, width_px, is_fixed: choice.width_px !== undefined });
  }
  return columns;
}

export function minWidth(column: Column): number {
  if (column.is_fixed) return column.width_px;
  const share = kRigid.has(column.field.result ?? column.field.type) ? 0.95 : 0.68;
  return Math.max(kMinWidth_px, headWidth(column.label), Math.round(column.width_px * share));
}

/** The grid template of a row: columns the user did not size share the width by their weight. */
export function gridTemplate(columns: Column[]): string {
  const is_any_free = columns.some((column) => !column.is_fixed);
  return columns.map((column, at) => {
    const is_stretched = !column.is_fixed || (!is_any_free && at === columns.length - 1);
    return is_stretched ? `minmax(${minWidth(column)}px, ${column.width_px}fr)` : `${column.width_px}px`;
  }).join(" ");
}

/** The value at a path: lists answer dotted columns flat, records nest nothing but links. */
export function valueAt(record: Record<string, unknown>, path: string): unknown {
  if (path in record) return record[path];
  let value: unknown = record;
  for (const step of path.split(".")) {
    if (typeof value !== "object" || value === null) return null;
    value = (value as Record<string, unknown>)[step];
  }
  return value ?? null;
}
