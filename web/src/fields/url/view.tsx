import type { ViewProps } from "@web/fields/types";

function shortOf(address: string): string {
  return address.replace(/^https?:\/\/(www\.)?/, "").replace(/\/$/, "");
}

export function View({ value, is_dense }: ViewProps) {
  const addresses = (Array.isArray(value) ? value : [value]).map((one) => (typeof one === "object" && one !== null ? String((one as { raw?: string }).raw ?? "") : String(one)));
  if (is_dense) return <span>{addresses.map(shortOf).join(", ")}</span>;
  return (
    <span style={{ display: "grid", gap: 2 }}>
      {addresses.map((address) => {
        const href = /^https?:/i.test(address) ? address : `https://${address}`;
        return <a key={address} href={href} target="_blank" rel="noopener noreferrer" className="cut">{shortOf(address)}</a>;
      })}
    </span>
  );
}
