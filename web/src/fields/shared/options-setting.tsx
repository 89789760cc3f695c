import { ActionIcon, Button, NativeSelect, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import type { SettingsProps } from "@web/fields/types";
import { t } from "@web/lib/i18n";
import type { Option } from "@web/lib/metadata-types";

const kColors = ["", "info", "accent", "success", "warning", "danger", "muted"];

/** A key from a label: Latin letters, digits and underscores; unique among the others. */
export function keyFor(label: string, taken: string[]): string {
  const letters: Record<string, string> = { а: "a", б: "b", в: "v", г: "g", д: "d", е: "e", ё: "e", ж: "zh", з: "z", и: "i", й: "y", к: "k", л: "l", м: "m", н: "n", о: "o", п: "p", р: "r", с: "s", т: "t", у: "u", ф: "f", х: "h", ц: "c", ч: "ch", ш: "sh", щ: "sch", ы: "y", э: "e", ю: "yu", я: "ya" };
  const base = [...label.toLowerCase()].map((letter) => letters[letter] ?? letter).join("").replace(/[^a-z0-9]+/g, "_").replace(/^[_0-9]+|_+$/g, "").slice(0, 40) || "option";
  let key = base;
  for (let number = 2; taken.includes(key); number += 1) key = `${base}_${number}`;
  return key;
}

/** The options of a choice: labels, colours and their order. Options that exist keep their key and id. */
export function OptionsSetting({ settings, onChange }: SettingsProps) {
  const options = settings.options ?? [];
  const set = (next: Option[]) => onChange({ options: next });
  const change = (at: number, changes: Partial<Option>) => set(options.map((option, index) => (index === at ? { ...option, ...changes } : option)));
  const move = (at: number, step: number) => {
    const next = [...options];
    const [moved] = next.splice(at, 1);
    if (moved) next.splice(at + step, 0, moved);
    set(next);
  };
  return (
    <fieldset style={{ border: 0, padding: 0, margin: 0, display: "grid", gap: 4 }}>
      <legend style={{ fontSize: 13, padding: 0 }}>{t("settings.field_options")}</legend>
      {options.map((option, at) => (
        <div key={option.id || option.key} style={{ display: "flex", gap: 4 }}>
          <TextInput style={{ flex: 1 }} aria-label={t("settings.option_label", { number: at + 1 })} value={option.label} onChange={(event) => change(at, { label: event.currentTarget.value })} />
          <NativeSelect aria-label={t("settings.option_color", { option: option.label })} w={130} value={option.color ?? ""} onChange={(event) => change(at, { color: event.currentTarget.value || null })} data={kColors.map((color) => ({ value: color, label: t(`settings.color_${color || "none"}` as "settings.color_none") }))} />
          <ActionIcon aria-label={t("settings.option_up", { option: option.label })} disabled={at === 0} onClick={() => move(at, -1)}><IconArrowUp size={16} /></ActionIcon>
          <ActionIcon aria-label={t("settings.option_down", { option: option.label })} disabled={at === options.length - 1} onClick={() => move(at, 1)}><IconArrowDown size={16} /></ActionIcon>
          <ActionIcon aria-label={t("field.remove_line", { value: option.label })} onClick={() => set(option.id ? options.map((one, index) => (index === at ? { ...one, hidden: true } : one)) : options.filter((_, index) => index !== at))}><IconTrash size={16} /></ActionIcon>
        </div>
      ))}
      <Button size="compact-sm" variant="subtle" style={{ justifySelf: "start" }} leftSection={<IconPlus size={14} />} onClick={() => set([...options, { key: keyFor(`option ${options.length + 1}`, options.map((option) => option.key)), id: 0, label: "" }])}>{t("settings.option_add")}</Button>
    </fieldset>
  );
}
