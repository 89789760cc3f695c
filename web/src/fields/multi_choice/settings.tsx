import { OptionsSetting } from "@web/fields/shared/options-setting";
import { SettingParts } from "@web/fields/shared/setting-parts";
import type { SettingsProps } from "@web/fields/types";

export function Settings(props: SettingsProps) {
  return <><OptionsSetting {...props} /><SettingParts {...props} parts={["filterable"]} /></>;
}
