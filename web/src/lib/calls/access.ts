import { useQuery } from "@tanstack/react-query";
import { api } from "@web/lib/api";
import type { Link } from "@web/lib/values";

export interface AccessReason {
  rule: string;
  lets: boolean;
  scope?: string;
  role?: Link | null;
  detail?: string;
}

export interface AccessAnswer {
  user: Link;
  allowed: Record<string, boolean>;
  reasons: AccessReason[];
  hidden_fields: string[];
}

/** Which rule lets or stops a user with a record. */
export function useAccess(plural: string, id: number, user: number | null) {
  return useQuery({
    queryKey: ["access", plural, id, user],
    queryFn: ({ signal }) => api.get<AccessAnswer>(`/${plural}/${id}/access`, { query: { user }, signal }), enabled: user !== null, retry: false,
  });
}
