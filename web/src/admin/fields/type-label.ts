import { t, type TextKey } from "@web/lib/i18n";
import type { FieldType } from "@web/lib/metadata-types";

export function typeLabel(type: FieldType): string {
  return t(`admin.type_${type}` as TextKey);
}
