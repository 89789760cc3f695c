import { api } from "@web/lib/api";
import type { Filter } from "@web/lib/filter";
import { Problem } from "@web/lib/problem";
import type { AnyRecord, Link, Money } from "@web/lib/values";

export interface Warning {
  path: string;
  code: string;
  message: string;
}

export interface Counts {
  documents: number;
  known: number;
  matched: number;
  advances: number;
  doubtful: number;
  outgoing: number;
}

export interface Preview {
  statement: Record<string, unknown> & { name: string; opening: Money; received: Money; written_off: Money; closing: Money };
  counts: Counts;
  warnings: Warning[];
}

export interface ReviewPart {
  invoice: Link;
  number: string;
  date: string;
  open: Money;
  amount: Money;
}

export interface Candidate {
  index: number;
  company: Link | null;
  /** Entered by hand before: the line of the bank becomes this payment. */
  payment: { id: number; title: string; date: string; amount: Money } | null;
  parts: ReviewPart[];
  reasons: string[];
}

export interface ReviewItem {
  payment: { id: number; version: number; title: string; number: string | null; date: string; amount: Money; rest: Money; purpose: string | null; partner_name: string | null; partner_inn: string | null; company: Link | null };
  reason: string | null;
  candidates: Candidate[];
}

export interface Review {
  items: ReviewItem[];
  next: number | null;
  count: number;
}

export interface Decision {
  version: number;
  candidate?: number;
  as?: "advance" | "other";
  company?: number;
  remember?: boolean;
}

export interface Debt {
  count: number;
  amount: string;
  filter?: Filter;
}

export interface Debts {
  total: Debt;
  overdue: Debt;
  ages: (Debt & { age: string })[];
}

export interface Receivables {
  today: string;
  currency: string;
  total: Debts;
  groups: { key: { id: number; title: string } | null; condition: Filter; sums: Debts }[];
  other_groups: number;
  advances: Debt | null;
  unallocated: Debt | null;
}

export interface CalendarPeriod {
  from: string;
  to: string;
  in: string;
  out: string;
  balance: string;
  items: { entity: string; id: number; title: string; date: string; amount: string }[];
}

export interface Calendar {
  currency: string;
  opening: string;
  closing: string;
  periods: CalendarPeriod[];
  overdue: { count: number; amount: string };
  no_term: { count: number; amount: string };
}

export interface Credit {
  currency: string;
  control: string;
  limit: string | null;
  debt: string;
  overdue: string;
  advances: string;
  available: string | null;
  oldest_late: number;
}

export function previewStatement(file: number): Promise<Preview> {
  return api.post<Preview>("/bank-statements:load?dry_run=true", { file });
}

export function loadStatement(file: number): Promise<{ statement: number; job: number }> {
  return api.post<{ statement: number; job: number }>("/bank-statements:load", { file });
}

export function readReview(signal: AbortSignal): Promise<Review> {
  return api.get<Review>("/money/review?limit=50", { signal });
}

/** For the menu; those who may not read payments have none. */
export async function countReview(signal: AbortSignal): Promise<number> {
  try {
    return (await api.get<Review>("/money/review?limit=1", { signal })).count;
  } catch (error) {
    if (error instanceof Problem) return 0;
    throw error;
  }
}

export function resolvePayment(id: number, decision: Decision): Promise<AnyRecord> {
  return api.post<AnyRecord>(`/payments/${id}:resolve`, decision);
}

export function readReceivables(split: string, signal: AbortSignal): Promise<Receivables> {
  return api.ask<Receivables>("/receivables", { split }, { signal });
}

export function readCalendar(from: string, to: string, signal: AbortSignal): Promise<Calendar> {
  return api.get<Calendar>(`/payment-calendar?unit=week&from=${from}&to=${to}`, { signal });
}

export function readCredit(company: number, signal: AbortSignal): Promise<Credit> {
  return api.get<Credit>(`/companies/${company}/credit`, { signal });
}

/** `unallocate` or `cancel`. */
export function movePayment(id: number, action: "unallocate" | "cancel", body: Record<string, string> = {}): Promise<AnyRecord> {
  return api.post<AnyRecord>(`/payments/${id}:${action}`, body);
}
