import { SettingParts } from "@web/fields/shared/setting-parts";
import type { SettingsProps } from "@web/fields/types";

export function Settings(props: SettingsProps) {
  return <SettingParts {...props} parts={["filterable"]} />;
}
