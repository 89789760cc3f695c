import type { ComponentType } from "react";
import type { FilterModule, InputProps, SettingsProps, ViewProps } from "@web/fields/types";
import type { Field, FieldType } from "@web/lib/metadata-types";

type Lazy<T> = () => Promise<T>;

const views = import.meta.glob<ComponentType<ViewProps>>("./*/view.tsx", { eager: true, import: "View" });
const inputs = import.meta.glob<ComponentType<InputProps>>("./*/input.tsx", { import: "Input" });
const filters = import.meta.glob<FilterModule>("./*/filter.tsx");
const settings = import.meta.glob<ComponentType<SettingsProps>>("./*/settings.tsx", { import: "Settings" });

/** The type whose folder draws a field: computed fields are drawn as their result. */
export function drawnType(field: Field): FieldType {
  const is_computed = field.type === "formula" || field.type === "roll_up";
  return is_computed && field.result ? field.result : field.type;
}

export function viewOf(type: FieldType): ComponentType<ViewProps> {
  const View = views[`./${type}/view.tsx`] ?? views["./text/view.tsx"];
  if (!View) throw new Error(`no view for field type ${type}`);
  return View;
}

function loaderOf<T>(kind: Record<string, Lazy<T>>, type: FieldType, file: string): Lazy<T> {
  const load = kind[`./${type}/${file}.tsx`] ?? kind[`./text/${file}.tsx`];
  if (!load) throw new Error(`no ${file} for field type ${type}`);
  return load;
}

const loaded_inputs = new Map<FieldType, ComponentType<InputProps>>();
const loaded_filters = new Map<FieldType, FilterModule>();

/** The input when its code is here already: cells then open without a wait. */
export function loadedInput(type: FieldType): ComponentType<InputProps> | undefined {
  return loaded_inputs.get(type);
}

export async function loadInput(type: FieldType): Promise<ComponentType<InputProps>> {
  const Input = await loaderOf(inputs, type, "input")();
  loaded_inputs.set(type, Input);
  return Input;
}

export function loadedFilter(type: FieldType): FilterModule | undefined {
  return loaded_filters.get(type);
}

export async function loadFilter(type: FieldType): Promise<FilterModule> {
  const filter = await loaderOf(filters, type, "filter")();
  loaded_filters.set(type, filter);
  return filter;
}

export function loadSettings(type: FieldType): Promise<ComponentType<SettingsProps>> {
  return loaderOf(settings, type, "settings")();
}

/** Fetches the editing code of all types once the first screen stands. */
export function warmInputs(): void {
  const types = Object.keys(inputs).map((path) => path.split("/")[1] as FieldType);
  for (const type of types) void loadInput(type);
}

/** Types that may be created by an administrator, in the order of the menu. */
export function creatableTypes(): FieldType[] {
  return Object.keys(settings).map((path) => path.split("/")[1] as FieldType).filter((type) => type !== "auto_number");
}
