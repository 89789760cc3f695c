import { api } from "@web/lib/api";
import { meQuery, toMe, type NoticeMail } from "@web/lib/calls/me";
import { query_client } from "@web/lib/query-client";
import type { Session } from "@web/lib/session";

/** Keeps with the user how notices come by mail. */
export async function saveNoticeMail(notice_mail: NoticeMail): Promise<void> {
  const session = await api.patch<Session>("/me", { notice_mail });
  query_client.setQueryData(meQuery.queryKey, toMe(session));
}
