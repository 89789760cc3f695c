import { TextInput } from "@mantine/core";
import classes from "@web/admin/shared/admin.module.css";
import { otherLanguage, type Words } from "@web/admin/shared/texts";
import { currentLanguage, t, type Language } from "@web/lib/i18n";

interface WordsInputProps {
  label: string;
  value: Words;
  onChange: (value: Words) => void;
  is_required?: boolean;
  auto_focus?: boolean;
  placeholder?: string;
  error?: string | undefined;
}

/** A text in the language of the screen, and beside it the same in the other one. */
export function WordsInput({ label, value, onChange, is_required = false, auto_focus = false, placeholder, error }: WordsInputProps) {
  const language = currentLanguage(), other = otherLanguage();
  const set = (of: Language, text: string) => onChange({ ...value, [of]: text });
  return (
    <div className={classes.pair}>
      <TextInput label={label} required={is_required} {...(placeholder ? { placeholder } : {})} data-autofocus={auto_focus || undefined} autoFocus={auto_focus} value={value[language]} onChange={(event) => set(language, event.currentTarget.value)} error={error ?? null} />
      <TextInput label={t(other === "en" ? "admin.in_english" : "admin.in_russian")} aria-label={`${label}: ${t(other === "en" ? "admin.in_english" : "admin.in_russian")}`} placeholder={t("admin.optional")} value={value[other]} onChange={(event) => set(other, event.currentTarget.value)} />
    </div>
  );
}
