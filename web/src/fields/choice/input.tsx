import { Select } from "@mantine/core";
import { controlProps } from "@web/fields/shared/control";
import type { InputProps } from "@web/fields/types";
import { t } from "@web/lib/i18n";

export function Input(props: InputProps) {
  const { field, value, onChange, onCommit, auto_focus } = props;
  const options = (field.options ?? []).filter((option) => !option.hidden || option.key === value);
  return (
    <Select
      {...controlProps(props)} data={options.map((option) => ({ value: option.key, label: option.label }))} value={(value as string | null) ?? null}
      clearable={!props.is_required} searchable={options.length > 8} defaultDropdownOpened={(auto_focus && !props.is_labelled) ?? false} nothingFoundMessage={t("picker.nothing")}
      onChange={(key) => { onChange(key); onCommit?.(key); }} checkIconPosition="right" comboboxProps={{ withinPortal: true }}
    />
  );
}
