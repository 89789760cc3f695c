import type { ViewProps } from "@web/fields/types";
import { htmlToText } from "@web/fields/shared/rich/html";
import { RichContent } from "@web/fields/shared/rich/rich-content";

export function View({ value, is_dense }: ViewProps) {
  const html = String(value);
  return is_dense ? <span>{htmlToText(html).slice(0, 200)}</span> : <RichContent html={html} />;
}
