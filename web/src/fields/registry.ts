import type { ComponentType } from "react";
import type { FilterModule, InputProps, SettingsProps, ViewProps } from "@web/fields/types";
import type { Field, FieldType } from "@web/lib/metadata-types";

// Views are in the first bundle; the rest of a type comes in three bundles of its kind, found by folder name.
const views = import.meta.glob<ComponentType<ViewProps>>("./*/view.tsx", { eager: true, import: "View" });

let inputs: Record<string, ComponentType<InputProps>> | undefined;
let filters: Record<string, FilterModule> | undefined;

/** The type whose folder draws a field: computed fields are drawn as their result. */
export function drawnType(field: Field): FieldType {
  const is_computed = field.type === "formula" || field.type === "roll_up";
  return is_computed && field.result ? field.result : field.type;
}

function pick<T>(kind: Record<string, T>, type: FieldType, file: string): T {
  const found = kind[`./${type}/${file}.tsx`] ?? kind[`./text/${file}.tsx`];
  if (!found) throw new Error(`no ${file} for field type ${type}`);
  return found;
}

export function viewOf(type: FieldType): ComponentType<ViewProps> {
  return pick(views, type, "view");
}

/** The input when its code is here already: cells then open without a wait. */
export function loadedInput(type: FieldType): ComponentType<InputProps> | undefined {
  return inputs && pick(inputs, type, "input");
}

export async function loadInput(type: FieldType): Promise<ComponentType<InputProps>> {
  inputs ??= (await import("@web/fields/all-inputs")).inputs;
  return pick(inputs, type, "input");
}

export function loadedFilter(type: FieldType): FilterModule | undefined {
  return filters && pick(filters, type, "filter");
}

export async function loadFilter(type: FieldType): Promise<FilterModule> {
  filters ??= (await import("@web/fields/all-filters")).filters;
  return pick(filters, type, "filter");
}

export async function loadSettings(type: FieldType): Promise<ComponentType<SettingsProps>> {
  return pick((await import("@web/fields/all-settings")).settings, type, "settings");
}

/** Types that may be created by an administrator. */
export async function creatableTypes(): Promise<FieldType[]> {
  const { settings } = await import("@web/fields/all-settings");
  return Object.keys(settings).map((path) => path.split("/")[1] as FieldType);
}
