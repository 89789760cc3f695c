import { queryOptions } from "@tanstack/react-query";
import { api, exportHeaders } from "@web/lib/api";
import { queryRecords } from "@web/lib/calls/query-records";
import { createRecord, patchRecord } from "@web/lib/calls/save-record";
import type { Language } from "@web/lib/i18n";
import { Problem } from "@web/lib/problem";
import { query_client } from "@web/lib/query-client";
import type { Link } from "@web/lib/values";

export interface FormLine {
  key: string;
  name: string;
  /** It stands in the place of a shipped one, or beside them. */
  is_own: boolean;
  entities: string[];
}

export interface FormSource extends FormLine {
  body: string;
  pipes: string[];
  roots: string[];
}

export const forms_query = queryOptions({ queryKey: ["admin", "forms"], queryFn: async ({ signal }) => (await api.get<{ items: FormLine[] }>("/print-forms", { signal })).items });

export function formQuery(key: string) {
  return queryOptions({ queryKey: ["admin", "form", key], queryFn: ({ signal }) => api.get<FormSource>(`/print-forms/${encodeURIComponent(key)}`, { signal }), staleTime: 0 });
}

/** What is tried: with the data of a document, or of an invented one. */
export interface Trial {
  body: string;
  about: Link | null;
}

const kTemplates = "print-templates";

function trialBody({ body, about }: Trial, format: string) {
  return { body, format, ...(about?.entity ? { entity: about.entity, id: about.id } : {}) };
}

export async function previewHtml(trial: Trial, signal?: AbortSignal): Promise<string> {
  return (await api.ask<{ html: string }>("/print-forms:preview", trialBody(trial, "html"), { signal })).html;
}

/** The pages as they are printed. */
export async function previewPdf(trial: Trial, language: Language): Promise<Blob> {
  const headers = exportHeaders();
  headers.set("Accept", "application/pdf");
  headers.set("Accept-Language", language);
  const response = await fetch("/api/v1/print-forms:preview", { method: "POST", headers, credentials: "same-origin", body: JSON.stringify(trialBody(trial, "pdf")) });
  if (!response.ok) throw new Problem(response.status, (await response.json().catch(() => ({}))) as Record<string, unknown>);
  return response.blob();
}

async function templateOf(key: string) {
  return (await queryRecords(kTemplates, { filter: { field: "key", op: "eq", value: key }, fields: ["version", "key"], limit: 1 })).items[0];
}

async function reread(key: string): Promise<void> {
  await Promise.all([query_client.invalidateQueries({ queryKey: forms_query.queryKey }), query_client.invalidateQueries({ queryKey: formQuery(key).queryKey }), query_client.invalidateQueries({ queryKey: ["print-forms"] })]);
}

export async function saveForm(form: FormLine, body: string): Promise<void> {
  const values = { name: form.name, entity: form.entities.join(", "), body, is_active: true };
  const known = await templateOf(form.key);
  if (known) await patchRecord(kTemplates, known.id, known.version, values);
  else await createRecord(kTemplates, { ...values, key: form.key, format: "html" });
  await reread(form.key);
}

/** The shipped form again; one's own text rests and comes back with the next save. */
export async function restoreForm(form: FormLine): Promise<void> {
  const known = await templateOf(form.key);
  if (known) await patchRecord(kTemplates, known.id, known.version, { is_active: false });
  await reread(form.key);
}
