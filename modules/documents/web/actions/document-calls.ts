import { queryOptions } from "@tanstack/react-query";
import { api } from "@web/lib/api";
import { queryRecords } from "@web/lib/calls/query-records";
import type { AnyRecord } from "@web/lib/values";

export interface MadeNote {
  line: number;
  code: string;
  from: string;
  to: string;
}

export interface MadeDocument {
  entity: string;
  plural: string;
  /** Null of a dry run. */
  record: AnyRecord | null;
  notes: MadeNote[];
}

export interface MakeBody {
  to: string;
  /** Only these lines, with another quantity (and, of a correction, price); absent: all that remains. */
  lines?: { line: number; quantity?: string; price?: string }[];
  kind?: string;
  /** Of an advance: what was paid. */
  sum?: string;
  variant?: string;
}

export interface Remain {
  line: number;
  position: number;
  name: string;
  quantity: string;
  left: string;
  is_service: boolean;
}

export interface PrintForm {
  key: string;
  name: string;
  is_own: boolean;
  entities: string[];
}

export interface ShareLink {
  id: number;
  token: string;
  url: string;
}

export interface Letter {
  to: string[];
  cc?: string[];
  subject: string;
  text: string;
  forms?: string[];
}

export interface LetterDraft extends Letter {
  /** False: no mail server is set. */
  is_on: boolean;
}

/** An offer whose discounts are beyond the sender's limit waits for approval instead: then there is no letter. */
export interface SentLetter {
  state: string;
  letter: { id: number; state: string } | null;
  link: string | null;
}

/** `post`, `cancel`, `approve`, `return`, `accept`, `reject`. */
export function moveDocument(plural: string, id: number, action: string, body: Record<string, string> = {}): Promise<AnyRecord> {
  return api.post<AnyRecord>(`/${plural}/${id}:${action}`, body);
}

export function makeDocument(plural: string, id: number, body: MakeBody, options: { is_dry?: boolean; signal?: AbortSignal } = {}): Promise<MadeDocument> {
  const { is_dry = false, signal } = options;
  return api.post<MadeDocument>(`/${plural}/${id}:make`, body, { query: { dry_run: is_dry ? true : undefined }, signal, ...(is_dry ? { is_read: true } : {}) });
}

export function remainsQuery(plural: string, id: number, to: string) {
  return queryOptions({ queryKey: ["remains", plural, id, to], staleTime: 0, gcTime: 0, queryFn: async ({ signal }) => (await api.get<{ items: Remain[] }>(`/${plural}/${id}/remains`, { query: { to }, signal })).items });
}

export function printFormsQuery(entity: string) {
  return queryOptions({ queryKey: ["print-forms", entity], staleTime: 60_000, queryFn: async ({ signal }) => (await api.get<{ items: PrintForm[] }>("/print-forms", { query: { entity }, signal })).items });
}

export function printAddress(plural: string, id: number, forms: string[], format: "pdf" | "docx" | "xlsx"): string {
  return `/api/v1/${plural}/${id}/print?form=${forms.map(encodeURIComponent).join(",")}&format=${format}`;
}

export function makeShareLink(plural: string, id: number, values: { recipient?: string; expires_at?: string } = {}): Promise<ShareLink> {
  return api.post<ShareLink>(`/${plural}/${id}/share-links`, values);
}

export function shareLinksQuery(entity: string, id: number) {
  return queryOptions({
    queryKey: ["share-links", entity, id], staleTime: 0,
    queryFn: async ({ signal }) => (await queryRecords("share-links", {
      filter: { field: "document", op: "eq", value: { entity, id } }, sort: [{ field: "created_at", desc: true }], limit: 50, fields: ["token", "is_active", "recipient", "expires_at", "views", "first_viewed_at", "last_viewed_at"],
    }, signal)).items,
  });
}

export function letterDraftQuery(plural: string, id: number, form: string) {
  return queryOptions({ queryKey: ["send-draft", plural, id, form], staleTime: 0, gcTime: 0, retry: false, queryFn: ({ signal }) => api.get<LetterDraft>(`/${plural}/${id}/send-draft`, { query: { form: form || undefined }, signal }) });
}

export function sendLetter(plural: string, id: number, letter: Letter): Promise<SentLetter> {
  return api.post<SentLetter>(`/${plural}/${id}:send`, letter);
}
