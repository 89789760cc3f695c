import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import classes from "@web/admin/shared/admin.module.css";
import { useTask } from "@web/admin/shared/use-task";
import { Badge } from "@web/kit/badge";
import { api } from "@web/lib/api";
import { formatInstant } from "@web/lib/format/date";
import { t } from "@web/lib/i18n";

interface OpenSession {
  id: number;
  created_at: string;
  last_seen_at: string;
  remote_address: string;
  user_agent: string;
  current: boolean;
}

/** «Chrome, Windows» out of what a browser says of itself. */
export function deviceOf(user_agent: string): string {
  const browser = /Edg\//.test(user_agent) ? "Edge" : /YaBrowser/.test(user_agent) ? "Yandex" : /Firefox\//.test(user_agent) ? "Firefox" : /Chrome\//.test(user_agent) ? "Chrome" : /Safari\//.test(user_agent) ? "Safari" : (user_agent.split(/[ /]/)[0] ?? "");
  const system = /Android/.test(user_agent) ? "Android" : /iPhone|iPad/.test(user_agent) ? "iOS" : /Windows/.test(user_agent) ? "Windows" : /Mac OS/.test(user_agent) ? "macOS" : /Linux/.test(user_agent) ? "Linux" : "";
  return [browser, system].filter(Boolean).join(", ");
}

/** Where the signed-in person is signed in; any session but this one can be ended. */
export function UserSessions() {
  const { data, refetch } = useQuery({ queryKey: ["sessions"], queryFn: ({ signal }) => api.get<{ items: OpenSession[] }>("/sessions", { signal }), staleTime: 0 });
  const [run, is_running] = useTask();
  return (
    <ul className={classes.rows}>
      {(data?.items ?? []).map((session) => (
        <li key={session.id} className={classes.row}>
          <span className={classes.grow} title={session.user_agent}>{deviceOf(session.user_agent)} <span className="muted">{session.remote_address}</span></span>
          <span className="muted numbers">{formatInstant(session.last_seen_at)}</span>
          {session.current ? <Badge tone="success">{t("admin.session_this")}</Badge> : <Button size="compact-sm" variant="subtle" loading={is_running} onClick={() => void run(async () => { await api.delete(`/sessions/${session.id}`); await refetch(); })}>{t("admin.session_end")}</Button>}
        </li>
      ))}
    </ul>
  );
}
