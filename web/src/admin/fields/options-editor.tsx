import { Button, NativeSelect, Switch, TextInput } from "@mantine/core";
import { IconArrowBackUp, IconArrowDown, IconArrowUp, IconGripVertical, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import type { OptionDraft } from "@web/admin/fields/field-body";
import classes from "@web/admin/shared/admin.module.css";
import { movedTo, stepped, useSortable, type Edge, type Place } from "@web/admin/shared/sortable";
import { otherLanguage } from "@web/admin/shared/texts";
import { Badge } from "@web/kit/badge";
import { IconButton } from "@web/kit/icon-button";
import { toTone } from "@web/kit/tone";
import { currentLanguage, t } from "@web/lib/i18n";

const kColors = ["", "info", "accent", "success", "warning", "danger", "muted"];

interface OptionsEditorProps {
  options: OptionDraft[];
  onChange: (options: OptionDraft[]) => void;
  error?: string | undefined;
}

const keyOf = (option: OptionDraft) => String(option.id || option.key);

/** Options of a choice: names, colours, order by dragging or arrows. One that exists is hidden, never lost, because records hold it. */
export function OptionsEditor({ options, onChange, error }: OptionsEditorProps) {
  const [is_paired, setPaired] = useState(false);
  const change = (at: number, changes: Partial<OptionDraft>) => onChange(options.map((option, index) => (index === at ? { ...option, ...changes } : option)));
  const drop = (dragged: Place, onto: Place, edge: Edge) => onChange(movedTo(options, keyOf, dragged.id, onto.id, edge));
  const add = () => {
    let number = options.length + 1;
    while (options.some((option) => option.key === `option_${number}`)) number += 1;
    onChange([...options, { key: `option_${number}`, id: 0, words: { ru: "", en: "" } }]);
  };
  return (
    <fieldset style={{ border: 0, padding: 0, margin: 0, display: "grid", gap: 6, minWidth: 0 }}>
      <legend style={{ fontSize: 13, fontWeight: 500, padding: "0 0 4px" }}>{t("settings.field_options")}</legend>
      {options.length > 0 && (
        <ul className={classes.rows}>
          {options.map((option, at) => (
            <OptionRow
              key={keyOf(option)} option={option} number={at + 1} is_last={at === options.length - 1} is_paired={is_paired} onChange={(changes) => change(at, changes)} onStep={(step) => onChange(stepped(options, at, step))} onDrop={drop}
              onRemove={() => (option.id ? change(at, { hidden: true }) : onChange(options.filter((_, index) => index !== at)))}
            />
          ))}
        </ul>
      )}
      {error && <p role="alert" className={classes.error}>{error}</p>}
      <div className={classes.line} style={{ flexWrap: "wrap", justifyContent: "space-between" }}>
        <Button size="compact-sm" variant="subtle" leftSection={<IconPlus size={14} />} onClick={add}>{t("settings.option_add")}</Button>
        {options.length > 0 && <Switch size="xs" label={t(otherLanguage() === "en" ? "admin.options_in_english" : "admin.options_in_russian")} checked={is_paired} onChange={(event) => setPaired(event.currentTarget.checked)} />}
      </div>
    </fieldset>
  );
}

interface OptionRowProps {
  option: OptionDraft;
  number: number;
  is_last: boolean;
  is_paired: boolean;
  onChange: (changes: Partial<OptionDraft>) => void;
  onStep: (step: number) => void;
  onDrop: (dragged: Place, onto: Place, edge: Edge) => void;
  onRemove: () => void;
}

function OptionRow({ option, number, is_last, is_paired, onChange, onStep, onDrop, onRemove }: OptionRowProps) {
  const { ref, edge, is_dragged } = useSortable<HTMLLIElement>({ kind: "option", list: "options", id: keyOf(option), onDrop });
  const language = currentLanguage(), other = otherLanguage();
  const label = t("settings.option_label", { number });
  const name = option.words[language] || option.words[other] || label;
  const is_hidden = option.hidden ?? false;
  return (
    <li ref={ref} className={`${classes.row} ${classes.option}`} data-edge={edge ?? undefined} data-dragged={is_dragged || undefined} data-hidden={is_hidden || undefined}>
      <span className={classes.grip} aria-hidden="true"><IconGripVertical size={16} /></span>
      <TextInput size="xs" className={classes.optionName} aria-label={label} placeholder={option.words[other]} value={option.words[language]} disabled={is_hidden} onChange={(event) => onChange({ words: { ...option.words, [language]: event.currentTarget.value } })} />
      {is_paired && <TextInput size="xs" className={classes.optionName} aria-label={`${label}: ${t(other === "en" ? "admin.in_english" : "admin.in_russian")}`} placeholder={t(other === "en" ? "admin.in_english" : "admin.in_russian")} value={option.words[other]} disabled={is_hidden} onChange={(event) => onChange({ words: { ...option.words, [other]: event.currentTarget.value } })} />}
      {!is_paired && <span className={classes.optionLook} aria-hidden="true"><Badge tone={toTone(option.color)}>{is_hidden ? t("admin.option_is_hidden") : name}</Badge></span>}
      <NativeSelect size="xs" w={108} aria-label={t("settings.option_color", { option: name })} value={option.color ?? ""} onChange={(event) => onChange({ color: event.currentTarget.value || null })} data={kColors.map((color) => ({ value: color, label: t(`settings.color_${color || "none"}` as "settings.color_none") }))} />
      <span className={classes.line} style={{ gap: 0 }}>
        <IconButton size={26} label={t("settings.option_up", { option: name })} disabled={number === 1} onClick={() => onStep(-1)}><IconArrowUp size={14} /></IconButton>
        <IconButton size={26} label={t("settings.option_down", { option: name })} disabled={is_last} onClick={() => onStep(1)}><IconArrowDown size={14} /></IconButton>
        {is_hidden ? <IconButton size={26} label={t("admin.option_show", { option: name })} onClick={() => onChange({ hidden: false })}><IconArrowBackUp size={14} /></IconButton>
          : <IconButton size={26} label={t(option.id ? "admin.option_hide" : "field.remove_line", { option: name, value: name })} onClick={onRemove}><IconTrash size={14} /></IconButton>}
      </span>
    </li>
  );
}
