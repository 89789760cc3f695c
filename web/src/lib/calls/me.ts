import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { api } from "@web/lib/api";

export interface Me {
  user: { id: number; name: string; email?: string | null; title?: string };
  language?: string | null;
  time_zone?: string | null;
  currency?: string | null;
  is_admin?: boolean;
  rights?: string[] | Record<string, unknown>;
  settings?: Record<string, unknown>;
}

interface RawMe extends Omit<Me, "user"> {
  user?: Record<string, unknown>;
  id?: number;
  name?: string;
  email?: string;
}

/** Tolerates both nestings of the user, so that callers see one shape. */
export function toMe(raw: RawMe): Me {
  const user = (raw.user ?? raw) as { id: number; name?: string; title?: string; email?: string };
  return { ...raw, user: { ...user, id: user.id, name: user.name ?? user.title ?? user.email ?? "" } };
}

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async ({ signal }) => toMe(await api.get<RawMe>("/me", { signal })),
  staleTime: Infinity,
});

export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}
