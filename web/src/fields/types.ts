import type { ComponentType } from "react";
import type { Operator } from "@web/lib/filter";
import type { Entity, Field } from "@web/lib/metadata-types";
import type { AnyRecord } from "@web/lib/values";

/** How a value is read: in a cell (`is_dense`), on a card, in a history. Never null: blank values are drawn by FieldView. */
export interface ViewProps {
  field: Field;
  value: unknown;
  record?: AnyRecord | undefined;
  /** One line, nothing that could be pressed by accident. */
  is_dense?: boolean;
}

/** How a value is changed. The input keeps no value of its own past what is being typed. */
export interface InputProps {
  entity: Entity;
  field: Field;
  value: unknown;
  onChange: (value: unknown) => void;
  /** Enter in a one-line input, a choice made in a list: the editor may save and close. */
  onCommit?: (value: unknown) => void;
  error?: string | undefined;
  auto_focus?: boolean;
  /** Shown above the control in forms; in cells the control has only its name for screen readers. */
  is_labelled?: boolean;
  is_required?: boolean;
  /** The record as edited so far: a stage is chosen among those of its pipeline. */
  record?: Record<string, unknown> | undefined;
}

/** The value part of a condition; the operator is chosen beside it. */
export interface FilterProps {
  field: Field;
  op: Operator;
  value: unknown;
  onChange: (value: unknown) => void;
}

/** Properties of a field under construction that its type knows about (custom fields). */
export interface SettingsProps {
  settings: Partial<Field>;
  onChange: (changes: Partial<Field>) => void;
}

export interface FilterModule {
  operators: Operator[];
  Filter: ComponentType<FilterProps>;
}
