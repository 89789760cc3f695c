import { Select, TagsInput } from "@mantine/core";
import { useEffect, useState } from "react";
import type { BulkChange } from "@web/lib/calls/bulk";
import { t } from "@web/lib/i18n";
import type { Field } from "@web/lib/metadata-types";

/** Tags that all get and tags that all lose. */
export function ChangeTags({ fields, onChange }: { fields: Field[]; onChange: (change: BulkChange | null) => void }) {
  const [key, setKey] = useState(fields[0]?.key ?? "");
  const [add, setAdd] = useState<string[]>([]);
  const [remove, setRemove] = useState<string[]>([]);
  useEffect(() => onChange(add.length + remove.length > 0 ? { action: "tags", field: key, add, remove } : null), [key, add, remove]);
  return (
    <>
      {fields.length > 1 && <Select label={t("bulk.field")} data={fields.map((one) => ({ value: one.key, label: one.label }))} value={key} onChange={(next) => next && setKey(next)} allowDeselect={false} />}
      <TagsInput label={t("bulk.tags_add")} value={add} onChange={setAdd} placeholder={t("field.tag_hint")} splitChars={[",", ";"]} acceptValueOnBlur />
      <TagsInput label={t("bulk.tags_remove")} value={remove} onChange={setRemove} placeholder={t("field.tag_hint")} splitChars={[",", ";"]} acceptValueOnBlur />
    </>
  );
}
