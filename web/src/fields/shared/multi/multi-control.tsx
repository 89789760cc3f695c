import { ActionIcon, Button, Input as InputFrame, NativeSelect, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useRef, type HTMLAttributes, type KeyboardEvent } from "react";
import type { InputProps } from "@web/fields/types";
import { t } from "@web/lib/i18n";

export interface MultiItem {
  id?: number;
  raw: string;
  kind?: string | null;
}

interface MultiControlProps {
  input: InputProps;
  items: MultiItem[];
  onItems: (items: MultiItem[]) => void;
  input_mode: HTMLAttributes<HTMLInputElement>["inputMode"];
  placeholder?: string;
}

/** Several phones, addresses and the like: a line each with its kind; an empty line is dropped on save. */
export function MultiControl({ input, items, onItems, input_mode, placeholder }: MultiControlProps) {
  const { field, error, is_labelled, is_required, auto_focus, onCommit } = input;
  const place = useRef<HTMLDivElement>(null);
  const lines = items.length > 0 ? items : [{ raw: "", kind: field.kinds?.[0]?.key ?? null }];
  const change = (at: number, changes: Partial<MultiItem>) => onItems(lines.map((line, index) => (index === at ? { ...line, ...changes } : line)));
  const add = () => {
    onItems([...lines, { raw: "", kind: field.kinds?.[0]?.key ?? null }]);
    requestAnimationFrame(() => [...(place.current?.querySelectorAll("input") ?? [])].pop()?.focus());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !onCommit) return;
    event.preventDefault();
    onCommit(input.value);
  };
  return (
    <InputFrame.Wrapper label={is_labelled ? field.label : undefined} error={error} withAsterisk={is_required ?? false} labelElement="div">
      <div ref={place} role="group" aria-label={field.label} style={{ display: "grid", gap: 4 }}>
        {lines.map((line, at) => (
          <div key={line.id ?? `new-${at}`} style={{ display: "flex", gap: 4 }}>
            <TextInput
              style={{ flex: 1, minWidth: 0 }} aria-label={lines.length > 1 ? `${field.label} ${at + 1}` : field.label} value={line.raw} inputMode={input_mode} placeholder={placeholder} autoComplete="off"
              autoFocus={(auto_focus && at === 0) ?? false} data-autofocus={(auto_focus && at === 0) || undefined} error={Boolean(error)} onChange={(event) => change(at, { raw: event.currentTarget.value })} onKeyDown={onKeyDown}
            />
            {field.kinds && field.kinds.length > 1 && (
              <NativeSelect
                w={116} aria-label={t("field.kind_of", { field: field.label })} value={line.kind ?? ""} onChange={(event) => change(at, { kind: event.currentTarget.value || null })}
                data={[...(line.kind ? [] : [{ value: "", label: "—" }]), ...field.kinds.map((kind) => ({ value: kind.key, label: kind.label }))]}
              />
            )}
            {lines.length > 1 && <ActionIcon aria-label={t("field.remove_line", { value: line.raw || String(at + 1) })} onClick={() => onItems(lines.filter((_, index) => index !== at))}><IconX size={16} /></ActionIcon>}
          </div>
        ))}
        <Button variant="subtle" size="compact-xs" justify="flex-start" leftSection={<IconPlus size={14} />} onClick={add} style={{ justifySelf: "start" }}>{t("field.add_line")}</Button>
      </div>
    </InputFrame.Wrapper>
  );
}
