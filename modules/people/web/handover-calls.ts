import { api } from "@web/lib/api";
import type { Job } from "@web/lib/calls/bulk";

export interface HandoverRequest {
  from: number;
  rule: { kind: "one"; to: number } | { kind: "evenly"; to: number[] };
  with_client: boolean;
  only_open: boolean;
  switch_off: boolean;
}

export interface HandoverPreview {
  count: number;
  entities: { entity: string; field: string; count: number }[];
}

export function previewHandover(request: HandoverRequest, signal?: AbortSignal): Promise<HandoverPreview> {
  return api.post<HandoverPreview>("/handovers", { ...request, dry_run: true }, { signal, is_read: true });
}

export function startHandover(request: HandoverRequest): Promise<Job> {
  return api.post<Job>("/handovers", request);
}
