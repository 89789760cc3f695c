import type { FileValue } from "@web/lib/values";
import type { ViewProps } from "@web/fields/types";

export function View({ value, is_dense }: ViewProps) {
  const images = (Array.isArray(value) ? value : [value]) as FileValue[];
  const size_px = is_dense ? 24 : 96;
  return (
    <span style={{ display: "inline-flex", gap: 4 }}>
      {images.map((image) => <img key={image.id} src={image.url} alt={image.name} width={size_px} height={size_px} loading="lazy" style={{ objectFit: "cover", borderRadius: 4 }} />)}
    </span>
  );
}
