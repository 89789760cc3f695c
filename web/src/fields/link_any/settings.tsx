import { SettingParts } from "@web/fields/shared/setting-parts";
import { TargetSetting } from "@web/fields/shared/link/target-setting";
import type { SettingsProps } from "@web/fields/types";

export function Settings(props: SettingsProps) {
  return <><TargetSetting {...props} has_several /><SettingParts {...props} parts={["filterable"]} /></>;
}
