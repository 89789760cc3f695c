import type { Filter, SortKey } from "@web/lib/filter";

/** Shapes of GET /metadata (docs/internals/engine.md, section 3), already narrowed to what the caller may see. */

export type FieldType =
  | "text" | "long_text" | "rich_text" | "integer" | "decimal" | "money" | "percent" | "bool" | "date" | "instant" | "duration"
  | "choice" | "multi_choice" | "link" | "link_any" | "many_to_many" | "phone" | "email" | "messenger" | "url" | "address"
  | "file" | "image" | "user" | "tags" | "auto_number" | "formula" | "roll_up" | "json";

export interface Option {
  key: string;
  id: number;
  label: string;
  color?: string | null;
  hidden?: boolean;
}

export interface Kind {
  key: string;
  label: string;
}

export interface Field {
  key: string;
  id: number;
  type: FieldType;
  label: string;
  help?: string | null;
  required?: boolean;
  read_only?: boolean;
  filterable?: boolean;
  sortable?: boolean;
  custom?: boolean;
  system?: boolean;
  hidden?: boolean;
  multiple?: boolean;
  unique?: boolean;
  max_length?: number | null;
  min?: number | string | null;
  max?: number | string | null;
  scale?: number | null;
  format?: string | null;
  to?: string[] | null;
  /** The relation entity of a many-to-many. */
  through?: string | null;
  options?: Option[] | null;
  kinds?: Kind[] | null;
  /** Type of the result of a formula or roll-up. */
  result?: FieldType | null;
  default?: unknown;
  /** Source of a formula; only where fields are designed. */
  expression?: string | null;
  can_update?: boolean;
}

export interface ViewDefinition {
  key: string;
  type: "list" | "board" | "calendar" | "map";
  label?: string;
  filter?: Filter | null;
  sort?: (string | SortKey)[];
  columns?: string[];
  group?: string | null;
}

export interface CardDefinition {
  facts?: string[][];
  create?: string[];
  related?: string[];
  head?: string[];
  groups?: string[];
}

export interface Rule {
  key: string;
  when?: string;
  require?: string[];
  check?: string;
  path?: string;
  message?: string;
}

export interface Entity {
  key: string;
  id: number;
  plural: string;
  kind: "record" | "log" | "relation" | "system";
  icon?: string | null;
  label: { one: string; many: string };
  title: string;
  owner?: string | null;
  timeline?: boolean;
  custom?: boolean;
  /** Empty for custom entities. */
  module?: string;
  can: { create?: boolean; read?: boolean; update?: boolean; delete?: boolean; export?: boolean };
  fields: Field[];
  visibility?: Record<string, string>;
  rules?: Rule[];
  views?: ViewDefinition[];
  card?: CardDefinition;
  stages?: { field: string; pipeline?: string | null } | null;
  related?: { entity: string; field: string; label: string }[];
}

export interface MetadataDocument {
  version: number;
  entities: Entity[];
}
