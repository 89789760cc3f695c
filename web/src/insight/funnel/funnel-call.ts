import { api } from "@web/lib/api";
import type { Filter } from "@web/lib/filter";

/** Shapes of POST /funnel (docs/reference/funnel.md). */
export interface Figure {
  count: number;
  amount: string | null;
  /** Opens the deals that were counted; figures of groups have none of their own. */
  filter?: Filter;
}

interface Reason extends Figure {
  reason: { id: number; title: string | null } | null;
}

export interface FunnelStep {
  stages: number[];
  title: string;
  color: string;
  kind: "open" | "won";
  entered: Figure;
  passed: Figure | null;
  passed_by: Figure;
  lost: Figure;
  here: Figure;
  conversion: string | null;
  from_start: string | null;
  time: { left: number; median_s: number | null; p80_s: number | null };
  reasons: Reason[];
  reference?: { conversion: string | null; days: string | null };
}

export interface FunnelSums {
  deals: Figure;
  won: Figure | null;
  lost: Figure;
  win_rate: string | null;
  steps: FunnelStep[];
}

export interface FunnelGroup {
  key: { id: number; title: string | null } | string;
  condition: Filter;
  sums: FunnelSums;
}

export interface FunnelAnswer {
  pipeline: { id: number; title: string };
  mode: "cohort" | "period";
  period: { from: string; to: string };
  currency: string;
  total: FunnelSums;
  groups?: FunnelGroup[];
  previous?: { period: { from: string; to: string }; total: FunnelSums };
  left_out: {
    without_moves?: Figure;
    lost_elsewhere: Figure;
    moved_away: Figure;
    without_amount?: Figure;
    without_group?: { count: number; filter: Filter };
    other_groups?: number;
  };
}

export type Split = "owner" | "source" | "product" | "segment";

export interface FunnelQuestion {
  pipeline?: number | undefined;
  mode: "cohort" | "period";
  period: { from: string; to: string };
  split?: Split | undefined;
  segments?: number[] | undefined;
  compare: ("reference" | "previous")[];
}

/** Works out on the server anew each time. */
export function askFunnel(question: FunnelQuestion, signal: AbortSignal): Promise<FunnelAnswer> {
  return api.ask<FunnelAnswer>("/funnel", question, { signal });
}
