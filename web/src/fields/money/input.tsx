import { useCallback } from "react";
import { TextControl } from "@web/fields/shared/text-control";
import type { InputProps } from "@web/fields/types";
import { currencySign, formatDecimal, parseDecimal } from "@web/lib/format/number";
import { t } from "@web/lib/i18n";
import { isMoney } from "@web/lib/values";
import { useMe } from "@web/lib/calls/me";

/** The amount in the currency the value has, or the base currency; another currency may be typed after it: «100 USD». */
export function Input(props: InputProps) {
  const base = useMe().currency ?? "RUB";
  const currency = isMoney(props.value) ? props.value.currency : base;
  const format = useCallback((value: unknown) => (isMoney(value) ? formatDecimal(value.amount.replace(/\.0+$/, "")) : ""), []);
  const parse = useCallback((text: string) => {
    const match = /^(.*?)\s*([A-Za-z]{3})?\s*$/.exec(text.replace(/[₽$€₸¥]/g, ""));
    const amount = parseDecimal(match?.[1] ?? "");
    return amount === null ? undefined : { amount, currency: match?.[2]?.toUpperCase() ?? currency };
  }, [currency]);
  return <TextControl input={props} format={format} parse={parse} input_mode="decimal" right={currencySign(currency)} is_numeric bad_text={t("field.not_number")} />;
}
