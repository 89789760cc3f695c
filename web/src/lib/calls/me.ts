import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { readSession, type Session } from "@web/lib/session";

/** How notices come by mail. */
export type NoticeMail = "off" | "at_once" | "daily";

export interface Me {
  user: { id: number; name: string; email: string | null; notice_mail: NoticeMail };
  language: string | null;
  time_zone: string | null;
  /** The base currency; sums of money come in it. */
  currency: string;
  is_admin: boolean;
  can_change_metadata: boolean;
  department: number | null;
}

export function toMe(session: Session): Me {
  const { user } = session;
  return {
    user: { id: user.id, name: user.title ?? user.name ?? user.email ?? "", email: user.email ?? null, notice_mail: user.notice_mail ?? "off" }, language: session.language ?? null, time_zone: session.time_zone ?? null,
    currency: session.currency ?? "RUB", is_admin: session.is_admin ?? false, can_change_metadata: session.can_change_metadata ?? false, department: session.department ?? null,
  };
}

export const meQuery = queryOptions({ queryKey: ["me"], queryFn: async () => toMe(await readSession()), staleTime: Infinity, gcTime: Infinity });

export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}
