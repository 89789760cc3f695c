import { TagsInput } from "@mantine/core";
import { controlProps } from "@web/fields/shared/control";
import type { InputProps } from "@web/fields/types";
import { t } from "@web/lib/i18n";

export function Input(props: InputProps) {
  const { value, onChange } = props;
  return <TagsInput {...controlProps(props)} value={Array.isArray(value) ? (value as string[]) : []} onChange={onChange} placeholder={t("field.tag_hint")} splitChars={[",", ";"]} maxTags={50} />;
}
