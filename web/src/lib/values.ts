/** Values of records as the API writes them (docs/reference/contract.md). */

export interface Link<E extends string = string> {
  id: number;
  title: string;
  /** Key of the entity; set by links that may point to several. */
  entity?: E;
}

export interface AnyLink extends Link {
  entity: string;
}

/** The amount is decimal text and exact; never turned into a float for anything but drawing. */
export interface Money {
  amount: string;
  currency: string;
}

export interface Phone {
  id?: number;
  raw: string;
  e164?: string | null;
  ext?: string | null;
  kind?: string | null;
  valid?: boolean;
}

export interface Email {
  id?: number;
  raw: string;
  value?: string;
  kind?: string | null;
  valid?: boolean;
}

export interface Messenger {
  id?: number;
  raw: string;
  value?: string;
  kind?: string | null;
}

export interface Address {
  id?: number;
  kind?: string | null;
  /** The whole address in one line; the parts are known only where they were entered apart. */
  text?: string | null;
  country?: string | null;
  region?: string | null;
  city?: string | null;
  street?: string | null;
  postal_code?: string | null;
  opening_hours?: string | null;
  latitude?: number | string | null;
  longitude?: number | string | null;
}

export interface FileValue {
  id: number;
  name: string;
  size: number;
  mime: string;
  url: string;
}

export interface Mark {
  field: string;
  code: string;
  raw?: string;
}

export interface BaseRecord {
  id: number;
  uid: string;
  version: number;
  created_at: string;
  updated_at: string;
  created_by?: Link | null;
  updated_by?: Link | null;
  deleted_at?: string | null;
  marks?: Mark[];
}

/** A record of an entity that is known only from metadata. */
export type AnyRecord = BaseRecord & Record<string, unknown>;

export interface RecordPage {
  items: AnyRecord[];
  next: string | null;
  count?: Count;
}

export interface Count {
  value: number;
  kind: "exact" | "estimate";
}

export interface Candidate {
  id: number;
  title: string;
  score?: number;
  reasons?: string[];
  entity?: string;
  /** Whose a record without access is. */
  owner?: string | { id: number; title: string | null };
}

export function isLink(value: unknown): value is Link {
  return typeof value === "object" && value !== null && typeof (value as Link).id === "number" && "title" in value;
}

export function isMoney(value: unknown): value is Money {
  return typeof value === "object" && value !== null && typeof (value as Money).amount === "string";
}

export function isBlank(value: unknown): boolean {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}
