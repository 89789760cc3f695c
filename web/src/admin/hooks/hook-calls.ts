import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api } from "@web/lib/api";
import type { Filter } from "@web/lib/filter";
import type { Link } from "@web/lib/values";

export const kHookActions = ["created", "updated", "deleted", "restored"] as const;

/** Empty lists: all. */
export interface HookBody {
  url: string;
  name: string;
  entities: string[];
  actions: string[];
  filter: Filter | null;
  /** Null: every field the owner may read. */
  fields: string[] | null;
  active: boolean;
  owner: number;
  secret?: string;
}

export interface Hook extends Omit<HookBody, "owner"> {
  id: number;
  owner: Link;
  created_at: string;
  failing_since: string | null;
  last_error: string;
}

export type DeliveryState = "waiting" | "done" | "failed";

export interface Delivery {
  id: number;
  entity: string;
  record: number;
  action: string;
  state: DeliveryState;
  attempts: number;
  status: number | null;
  error: string | null;
  created_at: string;
  next_at: string | null;
  delivered_at: string | null;
  body: unknown;
}

export function useHooks() {
  return useQuery({ queryKey: ["admin", "hooks"], queryFn: ({ signal }) => api.get<{ items: Hook[] }>("/web-hooks", { signal }), staleTime: 0 });
}

/** The secret comes with this answer only. */
export function addHook(body: HookBody): Promise<Hook> {
  return api.post<Hook>("/web-hooks", body);
}

export function changeHook(id: number, changes: Partial<HookBody>): Promise<Hook> {
  return api.patch<Hook>(`/web-hooks/${id}`, changes);
}

export function removeHook(id: number): Promise<null> {
  return api.delete<null>(`/web-hooks/${id}`);
}

const kRefresh_ms = 5000;

/** What was sent, newest first; asked again while something waits. */
export function useDeliveries(hook: number, state: DeliveryState | "") {
  return useInfiniteQuery({
    queryKey: ["admin", "hook-deliveries", hook, state],
    queryFn: ({ pageParam, signal }) => api.get<{ items: Delivery[]; next: string | null }>(`/web-hooks/${hook}/deliveries`, { query: { state: state || null, cursor: pageParam, limit: 30 }, signal }),
    initialPageParam: null as string | null, getNextPageParam: (page) => page.next, staleTime: 0,
    refetchInterval: (query) => (query.state.data?.pages[0]?.items.some((one) => one.state === "waiting") ? kRefresh_ms : false),
  });
}

export function replayDelivery(hook: number, delivery: number): Promise<Delivery> {
  return api.post<Delivery>(`/web-hooks/${hook}/deliveries/${delivery}:replay`);
}

/** A secret made in the browser, for a hook whose old one is to be given up: 32 hexadecimal digits. */
export function makeSecret(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
