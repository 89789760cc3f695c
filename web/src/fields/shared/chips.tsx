import type { ReactNode } from "react";

export function Chips({ children, is_dense = false }: { children: ReactNode; is_dense?: boolean | undefined }) {
  return <span style={{ display: "inline-flex", gap: 4, flexWrap: is_dense ? "nowrap" : "wrap", maxWidth: "100%", overflow: "hidden", verticalAlign: "middle" }}>{children}</span>;
}
