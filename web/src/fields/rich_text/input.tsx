import { Input as InputFrame } from "@mantine/core";
import { RichEditor } from "@web/fields/shared/rich/rich-editor";
import type { InputProps } from "@web/fields/types";

export function Input({ field, value, onChange, onCommit, error, is_labelled, is_required, auto_focus }: InputProps) {
  return (
    <InputFrame.Wrapper label={is_labelled ? field.label : undefined} error={error} withAsterisk={is_required ?? false}>
      <RichEditor label={field.label} html={value === null || value === undefined ? "" : String(value)} onChange={(html) => onChange(html || null)} onCommit={(html) => onCommit?.(html || null)} auto_focus={auto_focus ?? false} />
    </InputFrame.Wrapper>
  );
}
