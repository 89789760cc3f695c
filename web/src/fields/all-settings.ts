import type { ComponentType } from "react";
import type { SettingsProps } from "@web/fields/types";

/** The settings of all types in one bundle, for the screens where fields are designed. */
export const settings = import.meta.glob<ComponentType<SettingsProps>>("./*/settings.tsx", { eager: true, import: "Settings" });
