import { DateControl } from "@web/fields/shared/date/date-control";
import { useDesignedEntity } from "@web/admin/shared/entity-select";
import type { Field } from "@web/lib/metadata-types";

interface DayInputProps {
  label: string;
  /** «2026-11-21»; empty: none. */
  value: string;
  onChange: (value: string) => void;
  error?: string | undefined;
}

/** A day typed or picked as in records, for a screen that edits none. */
export function DayInput({ label, value, onChange, error }: DayInputProps) {
  const { entity } = useDesignedEntity();
  if (!entity) return null;
  const field: Field = { key: "day", id: 0, type: "date", label };
  return <DateControl input={{ entity, field, value: value || null, onChange: (next) => onChange(typeof next === "string" ? next : ""), error, is_labelled: true }} has_time={false} />;
}
