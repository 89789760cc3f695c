import { useQuery } from "@tanstack/react-query";
import { api } from "@web/lib/api";
import { query_client } from "@web/lib/query-client";

export interface Notice {
  id: number;
  text: string;
  title?: string | null;
  at?: string;
  created_at?: string;
  read?: boolean;
  read_at?: string | null;
  entity?: string | null;
  record_id?: number | null;
}

interface NoticePage {
  items: Notice[];
  unread?: number;
}

export function isUnread(notice: Notice): boolean {
  return !notice.read && !notice.read_at;
}

/** The newest notices of the signed-in user; live updates keep them new. */
export function useNotices() {
  return useQuery({ queryKey: ["notices"], queryFn: ({ signal }) => api.get<NoticePage>("/notices", { query: { limit: 30 }, signal, retries: 0, together: "later" }), staleTime: 120_000 });
}

export async function markNoticesRead(ids: number[]): Promise<void> {
  await api.post("/notices:read", { ids });
  await query_client.invalidateQueries({ queryKey: ["notices"] });
}
