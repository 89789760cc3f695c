import { api } from "@web/lib/api";
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
  record: AnyRecord;
  notes: MadeNote[];
}

export interface ShareLink {
  id: number;
  token: string;
  url: string;
}

/** `post`, `cancel`, `approve`, `return`, `accept`, `reject`. */
export function moveDocument(plural: string, id: number, action: string, body: Record<string, string> = {}): Promise<AnyRecord> {
  return api.post<AnyRecord>(`/${plural}/${id}:${action}`, body);
}

export function makeDocument(plural: string, id: number, to: string): Promise<MadeDocument> {
  return api.post<MadeDocument>(`/${plural}/${id}:make`, { to });
}

export function makeShareLink(plural: string, id: number): Promise<ShareLink> {
  return api.post<ShareLink>(`/${plural}/${id}/share-links`, {});
}
