import { useQuery } from "@tanstack/react-query";
import { api } from "@web/lib/api";

export interface AccessAnswer {
  allowed?: boolean;
  rule?: string | null;
  text?: string | null;
  reasons?: string[];
  actions?: Record<string, { allowed: boolean; rule?: string | null; text?: string | null }>;
}

/** Which rule lets or stops a user with a record. */
export function useAccess(plural: string, id: number, user: number | null) {
  return useQuery({
    queryKey: ["access", plural, id, user],
    queryFn: ({ signal }) => api.get<AccessAnswer>(`/${plural}/${id}/access`, { query: { user }, signal }), enabled: user !== null, retry: false,
  });
}
