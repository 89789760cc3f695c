import { Button, NativeSelect, TextInput } from "@mantine/core";
import { IconArrowBackUp, IconArrowDown, IconArrowUp, IconGripVertical, IconPlus, IconTrash } from "@tabler/icons-react";
import classes from "@web/admin/shared/admin.module.css";
import { movedTo, stepped, useSortable, type Edge, type Place } from "@web/admin/shared/sortable";
import { IconButton } from "@web/kit/icon-button";
import { t } from "@web/lib/i18n";
import type { Option } from "@web/lib/metadata-types";

const kColors = ["", "info", "accent", "success", "warning", "danger", "muted"];

interface OptionsEditorProps {
  options: Option[];
  onChange: (options: Option[]) => void;
  error?: string | undefined;
}

const keyOf = (option: Option) => String(option.id || option.key);

/** Options of a choice: names, colours, order by dragging or arrows. One that exists is hidden, never lost, because records hold it. */
export function OptionsEditor({ options, onChange, error }: OptionsEditorProps) {
  const change = (at: number, changes: Partial<Option>) => onChange(options.map((option, index) => (index === at ? { ...option, ...changes } : option)));
  const drop = (dragged: Place, onto: Place, edge: Edge) => onChange(movedTo(options, keyOf, dragged.id, onto.id, edge));
  const add = () => {
    let number = options.length + 1;
    while (options.some((option) => option.key === `option_${number}`)) number += 1;
    onChange([...options, { key: `option_${number}`, id: 0, label: "" }]);
  };
  return (
    <fieldset style={{ border: 0, padding: 0, margin: 0, display: "grid", gap: 6 }}>
      <legend style={{ fontSize: 13, padding: "0 0 4px" }}>{t("settings.field_options")}</legend>
      <ul className={classes.rows}>
        {options.map((option, at) => (
          <OptionRow
            key={keyOf(option)} option={option} number={at + 1} is_last={at === options.length - 1} onChange={(changes) => change(at, changes)} onStep={(step) => onChange(stepped(options, at, step))} onDrop={drop}
            onRemove={() => (option.id ? change(at, { hidden: true }) : onChange(options.filter((_, index) => index !== at)))}
          />
        ))}
      </ul>
      {error && <p role="alert" className={classes.error}>{error}</p>}
      <Button size="compact-sm" variant="subtle" style={{ justifySelf: "start" }} leftSection={<IconPlus size={14} />} onClick={add}>{t("settings.option_add")}</Button>
    </fieldset>
  );
}

interface OptionRowProps {
  option: Option;
  number: number;
  is_last: boolean;
  onChange: (changes: Partial<Option>) => void;
  onStep: (step: number) => void;
  onDrop: (dragged: Place, onto: Place, edge: Edge) => void;
  onRemove: () => void;
}

function OptionRow({ option, number, is_last, onChange, onStep, onDrop, onRemove }: OptionRowProps) {
  const { ref, edge, is_dragged } = useSortable<HTMLLIElement>({ kind: "option", list: "options", id: keyOf(option), onDrop });
  const name = option.label || t("settings.option_label", { number });
  return (
    <li ref={ref} className={classes.row} data-edge={edge ?? undefined} data-dragged={is_dragged || undefined} style={{ flexWrap: "nowrap", opacity: option.hidden ? 0.6 : undefined }}>
      <span className={classes.grip} aria-hidden="true"><IconGripVertical size={16} /></span>
      <TextInput size="xs" style={{ flex: 1, minWidth: 60 }} aria-label={t("settings.option_label", { number })} value={option.label} disabled={option.hidden ?? false} onChange={(event) => onChange({ label: event.currentTarget.value })} />
      <NativeSelect size="xs" w={108} aria-label={t("settings.option_color", { option: name })} value={option.color ?? ""} onChange={(event) => onChange({ color: event.currentTarget.value || null })} data={kColors.map((color) => ({ value: color, label: t(`settings.color_${color || "none"}` as "settings.color_none") }))} />
      <IconButton size={26} label={t("settings.option_up", { option: name })} disabled={number === 1} onClick={() => onStep(-1)}><IconArrowUp size={14} /></IconButton>
      <IconButton size={26} label={t("settings.option_down", { option: name })} disabled={is_last} onClick={() => onStep(1)}><IconArrowDown size={14} /></IconButton>
      {option.hidden ? <IconButton size={26} label={t("admin.option_show", { option: name })} onClick={() => onChange({ hidden: false })}><IconArrowBackUp size={14} /></IconButton>
        : <IconButton size={26} label={t(option.id ? "admin.option_hide" : "field.remove_line", { option: name, value: name })} onClick={onRemove}><IconTrash size={14} /></IconButton>}
    </li>
  );
}
