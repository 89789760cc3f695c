import { Select } from "@mantine/core";
import { useMemo } from "react";
import { zoneChoices } from "@web/admin/setup/zones";
import type { ControlProps } from "@web/admin/shared/record-form";

/** A time zone by the name people know. */
export function ZoneSelect({ label, value, onChange, error }: ControlProps) {
  const zone = typeof value === "string" && value !== "" ? value : null;
  const zones = useMemo(() => zoneChoices(Intl.supportedValuesOf("timeZone"), zone ? [zone] : []), [zone]);
  return <Select label={label} searchable clearable limit={200} data={zones} value={zone} onChange={onChange} error={error ?? null} />;
}
