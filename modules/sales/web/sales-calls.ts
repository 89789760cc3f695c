import { api } from "@web/lib/api";

export interface Known {
  id?: number;
  title?: string;
  by?: string;
  hidden?: boolean;
}

export interface PlannedSide {
  action: "create" | "link" | "none";
  id?: number;
  known: Known[];
}

export interface ConversionPlan {
  company: PlannedSide;
  contact: PlannedSide;
  deal: PlannedSide;
}

export interface Conversion {
  id: number;
  company: { id: number } | null;
  contact: { id: number } | null;
  deal: { id: number } | null;
}

export type SideChoice = { id: number } | { create: true } | null;

export function planConversion(lead: number, signal?: AbortSignal): Promise<ConversionPlan> {
  return api.post<ConversionPlan>(`/leads/${lead}:convert`, { dry_run: true }, { signal, is_read: true });
}

export function convertLead(lead: number, choices: { company: SideChoice; contact: SideChoice; deal: { name: string } | null }): Promise<Conversion> {
  return api.post<Conversion>(`/leads/${lead}:convert`, choices);
}

export function undoConversion(lead: number): Promise<{ kept: string[] }> {
  return api.post<{ kept: string[] }>(`/leads/${lead}:unconvert`);
}
