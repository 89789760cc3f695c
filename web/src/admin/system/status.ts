import { parseMetrics, routeLoads, type RouteLoad } from "@web/admin/system/metrics";
import { api } from "@web/lib/api";

export interface Status {
  version: string;
  at: string;
  started_at: string;
  memory_bytes: number;
  database: { kind: "sqlite" | "postgresql"; version: string; size_bytes: number; migration: number; metadata_version: number };
  files: { count: number; size_bytes: number };
  /** Work that follows changes; `behind` counts changes not handled yet, at most 1000. */
  consumers: { name: string; handled: number; behind: number; last_error: string }[];
  schedules: { name: string; period_s: number; runs: number; last_run: string | null; last_error: string }[];
  jobs: Record<string, number>;
  web_hooks: Record<string, number>;
  http: { requests?: number; connections_open?: number; rejected?: number; read_waiting?: number; write_waiting?: number; streams_open?: number };
  queries: { name: string; calls: number; total_ms: number; max_ms: number }[];
}

export interface SystemState {
  status: Status;
  routes: RouteLoad[];
  answer_ms: number;
}

export async function readSystem(signal: AbortSignal): Promise<SystemState> {
  const started = performance.now();
  const status = await api.get<Status>("/system/status", { signal });
  const answer_ms = performance.now() - started;
  // The numbers by address are for programs that watch; without them the page does with less.
  const metrics = await fetch("/metrics", { signal }).catch(() => null);
  return { status, answer_ms, routes: metrics?.ok ? routeLoads(parseMetrics(await metrics.text())) : [] };
}

export type Trouble = { kind: "consumer" | "schedule"; name: string; error: string } | { kind: "behind" | "rejected" | "hooks" | "failed"; count: number; name?: string };

const kMuchBehind = 100;

/** What an administrator should look at, worst first; empty: all is well. */
export function troublesOf({ status, routes }: SystemState): Trouble[] {
  const failed = routes.reduce((sum, route) => sum + route.failed, 0);
  return [
    ...status.consumers.filter((one) => one.last_error).map((one): Trouble => ({ kind: "consumer", name: one.name, error: one.last_error })),
    ...status.schedules.filter((one) => one.last_error).map((one): Trouble => ({ kind: "schedule", name: one.name, error: one.last_error })),
    ...status.consumers.filter((one) => one.behind > kMuchBehind).map((one): Trouble => ({ kind: "behind", name: one.name, count: one.behind })),
    ...(failed > 0 ? [{ kind: "failed", count: failed } as const] : []),
    ...(status.http.rejected ? [{ kind: "rejected", count: status.http.rejected } as const] : []),
    ...(status.web_hooks.failed ? [{ kind: "hooks", count: status.web_hooks.failed } as const] : []),
  ];
}
