import { Input as InputFrame, Pill } from "@mantine/core";
import { RecordPicker } from "@web/fields/shared/link/record-picker";
import type { InputProps } from "@web/fields/types";
import { targetOf, useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import { isLink, type Link } from "@web/lib/values";

export function Input({ field, value, onChange, error, is_labelled, auto_focus }: InputProps) {
  const target = useMetadata().entity(targetOf(field));
  const links = (Array.isArray(value) ? value : []).filter(isLink);
  const add = (link: Link | null) => {
    if (link && !links.some((one) => one.id === link.id)) onChange([...links, link]);
  };
  return (
    <InputFrame.Wrapper label={is_labelled ? field.label : undefined} error={error} labelElement="div">
      <div style={{ display: "flex", flexWrap: "wrap", gap: 4, marginBottom: links.length ? 4 : 0 }}>
        {links.map((link) => (
          <Pill key={link.id} withRemoveButton removeButtonProps={{ "aria-label": t("field.remove_line", { value: link.title }) }} onRemove={() => onChange(links.filter((one) => one.id !== link.id))}>{link.title}</Pill>
        ))}
      </div>
      <RecordPicker entities={target ? [target] : []} value={null} name={field.label} auto_focus={auto_focus} onChange={add} />
    </InputFrame.Wrapper>
  );
}
