import { MultiSelect } from "@mantine/core";
import { controlProps } from "@web/fields/shared/control";
import type { InputProps } from "@web/fields/types";
import { t } from "@web/lib/i18n";

export function Input(props: InputProps) {
  const { field, value, onChange } = props;
  const chosen = Array.isArray(value) ? (value as string[]) : [];
  const options = (field.options ?? []).filter((option) => !option.hidden || chosen.includes(option.key));
  return (
    <MultiSelect
      {...controlProps(props)} data={options.map((option) => ({ value: option.key, label: option.label }))} value={chosen} searchable
      nothingFoundMessage={t("picker.nothing")} onChange={onChange} hidePickedOptions
    />
  );
}
