import { Button, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { forgetMapping, readMappings } from "@web/lib/calls/imports";
import { hasText, t } from "@web/lib/i18n";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import classes from "@web/records/import/import.module.css";
import type { StepProps } from "@web/records/import/step-props";

function mappingText(name: string): string {
  const key = `import.mapping_${name}`;
  return hasText(key) ? t(key) : name;
}

/** Ready mappings of other programs, those people named, and the name under which this one is kept. */
export function MappingChoice({ entity, current, change, is_changing, onLooked }: StepProps & { onLooked: () => void }) {
  const [name, setName] = useState(current.save_mapping_as);
  const { data: mappings = [], refetch } = useQuery({ queryKey: ["import-mappings", entity.key], queryFn: ({ signal }) => readMappings(entity.key, signal) });
  const chosen = mappings.find((one) => !one.ready && one.name === current.mapping);
  const choose = async (mapping: string | null) => {
    if (mapping && await change({ mapping })) onLooked();
  };
  const forget = async (id: number) => {
    try {
      await forgetMapping(id);
      await choose("auto");
      await refetch();
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
    }
  };
  const data = [
    { group: t("import.mappings_ready"), items: ["auto", ...mappings.filter((one) => one.ready).map((one) => one.name)].map((one) => ({ value: one, label: mappingText(one) })) },
    { group: t("import.mappings_saved"), items: mappings.filter((one) => !one.ready).map((one) => ({ value: one.name, label: one.name })) },
  ].filter((group) => group.items.length > 0);
  return (
    <div className={classes.options}>
      <Select label={t("import.mapping")} data={data} value={current.mapping} onChange={(next) => void choose(next)} allowDeselect={false} disabled={is_changing} w={260} maw="100%" />
      {chosen && chosen.id !== null && <Button variant="subtle" size="sm" onClick={() => void forget(chosen.id ?? 0)}>{t("import.mapping_forget")}</Button>}
      <TextInput label={t("import.save_as")} placeholder={t("import.save_as_hint")} value={name} onChange={(event) => setName(event.currentTarget.value)} onBlur={() => { if (name.trim() !== current.save_mapping_as) void change({ save_mapping_as: name.trim() }); }} maxLength={100} w={260} maw="100%" />
    </div>
  );
}
