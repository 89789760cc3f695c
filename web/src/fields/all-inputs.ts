import type { ComponentType } from "react";
import type { InputProps } from "@web/fields/types";

/** The inputs of all types in one bundle, fetched before the first value is edited. */
export const inputs = import.meta.glob<ComponentType<InputProps>>("./*/input.tsx", { eager: true, import: "Input" });
