import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "@web/lib/api";
import type { Job } from "@web/lib/calls/bulk";
import { meQuery } from "@web/lib/calls/me";
import { metadataQuery } from "@web/lib/calls/metadata";
import { query_client } from "@web/lib/query-client";
import type { FileValue } from "@web/lib/values";

export interface Company {
  name: string;
  logo: FileValue | null;
  base_currency: string;
  /** Of new people. */
  time_zone: string;
  language: string;
}

export interface PresetRecord {
  key: string;
  entity: string;
  /** Links are `{"ref": key of another record}`. */
  values: Record<string, unknown>;
}

export interface Preset {
  key: string;
  icon: string;
  name: string;
  about: string;
  records: PresetRecord[];
  fields: { entity: string; key: string; label: string }[];
}

export interface Presets {
  applied: string | null;
  /** True until the first deal: a preset then takes the place of what was there; later it only adds. */
  replaces: boolean;
  items: Preset[];
}

export const companyQuery = queryOptions({ queryKey: ["admin", "company"], queryFn: async ({ signal }) => (await api.get<{ values: Company }>("/settings/company", { signal })).values });
export const presetsQuery = queryOptions({ queryKey: ["admin", "presets"], queryFn: ({ signal }) => api.get<Presets>("/presets", { signal }) });

export function useCompany() {
  return useQuery(companyQuery);
}

/** Members that are absent stay as they are. */
export async function saveCompany(changes: Partial<Omit<Company, "logo"> & { logo: number | null }>): Promise<void> {
  const saved = await api.put<{ values: Company }>("/settings/company", changes);
  query_client.setQueryData(companyQuery.queryKey, saved.values);
  const me = query_client.getQueryData(meQuery.queryKey);
  if (me) query_client.setQueryData(meQuery.queryKey, { ...me, currency: saved.values.base_currency });
}

/** Pipelines, stages, fields and roles are there at once. */
export async function applyPreset(key: string): Promise<void> {
  await api.post(`/presets/${key}:apply`);
  await query_client.fetchQuery({ ...metadataQuery, staleTime: 0 });
  await query_client.invalidateQueries({ queryKey: ["stages"] });
  await query_client.invalidateQueries({ queryKey: ["admin"] });
}

export function loadDemo(): Promise<Job> {
  return api.post<Job>("/setup/demo");
}
