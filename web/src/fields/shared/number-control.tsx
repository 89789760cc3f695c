import { useCallback } from "react";
import { TextControl } from "@web/fields/shared/text-control";
import type { InputProps } from "@web/fields/types";
import { formatDecimal, parseDecimal } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";

/** A number kept as decimal text, or as an integer; typed with spaces and a comma as people do. */
export function NumberControl({ input, is_integer = false, right }: { input: InputProps; is_integer?: boolean; right?: string }) {
  const format = useCallback((value: unknown) => (value === null || value === undefined ? "" : formatDecimal(value as string)), []);
  const parse = useCallback((text: string) => {
    const decimal = parseDecimal(text);
    if (decimal === null || (is_integer && decimal.includes("."))) return undefined;
    return is_integer ? Number(decimal) : decimal;
  }, [is_integer]);
  return <TextControl input={input} format={format} parse={parse} input_mode={is_integer ? "numeric" : "decimal"} right={right} is_numeric bad_text={t("field.not_number")} />;
}
