import { TextInput } from "@mantine/core";
import { useEffect, useState, type HTMLAttributes, type KeyboardEvent } from "react";
import { controlProps } from "@web/fields/shared/control";
import type { InputProps } from "@web/fields/types";

interface TextControlProps {
  input: InputProps;
  /** The value as text for typing. */
  format: (value: unknown) => string;
  /** What was typed as a value; undefined when it makes no sense yet, which keeps the last value. */
  parse: (text: string) => unknown;
  input_mode?: HTMLAttributes<HTMLInputElement>["inputMode"];
  right?: string | undefined;
  placeholder?: string | undefined;
  is_numeric?: boolean;
  bad_text?: string | undefined;
}

/** One line of text that stands for a value: what is typed stays as typed until the field is left. */
export function TextControl({ input, format, parse, input_mode, right, placeholder, is_numeric, bad_text }: TextControlProps) {
  const { value, onChange, onCommit } = input;
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? format(value);
  const is_bad = typed !== null && typed.trim() !== "" && parse(typed) === undefined;
  // Compared by content: a sum is another object each time, and «5,0» on the way to «5,05» must not become «5».
  useEffect(() => setTyped((before) => (before !== null && JSON.stringify(parse(before)) === JSON.stringify(value) ? before : null)), [value, parse]);
  const change = (text: string) => {
    setTyped(text);
    const parsed = text.trim() === "" ? null : parse(text);
    if (parsed !== undefined) onChange(parsed);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !onCommit) return;
    event.preventDefault();
    const parsed = typed === null ? value : typed.trim() === "" ? null : parse(typed);
    if (parsed !== undefined) onCommit(parsed);
  };
  return (
    <TextInput
      {...controlProps(input)} error={is_bad && bad_text ? bad_text : (input.error ?? null)} value={shown} inputMode={input_mode} placeholder={placeholder} onKeyDown={onKeyDown}
      onChange={(event) => change(event.currentTarget.value)} onBlur={() => setTyped(null)} autoComplete="off"
      rightSection={right ? <span className="muted">{right}</span> : undefined} styles={is_numeric ? { input: { textAlign: "right", fontVariantNumeric: "tabular-nums" } } : {}}
    />
  );
}
