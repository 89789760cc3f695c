import { MultiControl, type MultiItem } from "@web/fields/shared/multi/multi-control";
import { toItems } from "@web/fields/shared/multi/multi-items";
import type { InputProps } from "@web/fields/types";
import { t } from "@web/lib/i18n";
import type { Address } from "@web/lib/values";

/** Addresses in one line each; parts entered apart elsewhere are kept while their line is not rewritten. */
export function Input(props: InputProps) {
  const addresses = (Array.isArray(props.value) ? props.value : []) as Address[];
  const change = (items: MultiItem[]) => {
    props.onChange(items.map((item): Address => {
      const before = item.id === undefined ? undefined : addresses.find((one) => one.id === item.id);
      if (before && before.text === item.raw) return { ...before, kind: item.kind ?? null };
      return { ...(item.id === undefined ? {} : { id: item.id }), text: item.raw, kind: item.kind ?? null };
    }));
  };
  return <MultiControl input={props} items={toItems(addresses)} onItems={change} input_mode="text" placeholder={t("field.address_hint")} />;
}
