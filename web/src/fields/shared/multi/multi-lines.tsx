import type { ReactNode } from "react";
import { t } from "@web/lib/i18n";
import type { Field } from "@web/lib/metadata-types";

interface Item {
  id?: number;
  kind?: string | null;
  valid?: boolean;
}

interface MultiLinesProps<T extends Item> {
  field: Field;
  items: T[];
  is_dense?: boolean | undefined;
  children: (item: T) => ReactNode;
}

/** Several phones, addresses and the like: one and a count in a cell, a line each with its kind on a card. */
export function MultiLines<T extends Item>({ field, items, is_dense, children }: MultiLinesProps<T>) {
  const first = items[0];
  if (!first) return null;
  if (is_dense) return <span>{children(first)}{items.length > 1 && <span className="muted"> +{items.length - 1}</span>}</span>;
  return (
    <span style={{ display: "grid", gap: 2 }}>
      {items.map((item, index) => {
        const kind = field.kinds?.find((one) => one.key === item.kind)?.label;
        return (
          <span key={item.id ?? index}>
            {children(item)}
            {kind && <span className="muted" style={{ fontSize: 12 }}> {kind.toLowerCase()}</span>}
            {item.valid === false && <span style={{ color: "var(--warning)", fontSize: 12 }}> {t("value.doubtful")}</span>}
          </span>
        );
      })}
    </span>
  );
}
