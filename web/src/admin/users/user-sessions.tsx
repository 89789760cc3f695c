import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import classes from "@web/admin/shared/admin.module.css";
import { useTask } from "@web/admin/shared/use-task";
import { Waiting } from "@web/admin/shared/waiting";
import { Badge } from "@web/kit/badge";
import { ErrorNotice } from "@web/kit/error-notice";
import { api } from "@web/lib/api";
import { formatInstant } from "@web/lib/format/date";
import { t } from "@web/lib/i18n";
import { showToast } from "@web/lib/toasts";

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

/** Where a person is signed in; any session but the one in use can be ended, and all of another person's at once. */
export function UserSessions({ user, is_me }: { user: number; is_me: boolean }) {
  const path = is_me ? "/sessions" : `/users/${user}/sessions`;
  const { data, error, refetch } = useQuery({ queryKey: ["admin", "sessions", user], queryFn: ({ signal }) => api.get<{ items: OpenSession[] }>(path, { signal }), staleTime: 0 });
  const [run, is_running] = useTask();
  const end = (which: string) => void run(async () => {
    await api.delete(`${path}${which}`);
    showToast({ tone: "success", text: t("admin.session_ended") });
    await refetch();
  });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting rows={2} />;
  if (data.items.length === 0) return <p className="muted">{t("admin.sessions_none")}</p>;
  return (
    <>
      <ul className={classes.rows}>
        {data.items.map((session) => (
          <li key={session.id} className={classes.row}>
            <span className={classes.grow} title={session.user_agent}>{deviceOf(session.user_agent)} <span className="muted">{session.remote_address}</span></span>
            <span className="muted numbers">{formatInstant(session.last_seen_at)}</span>
            {session.current ? <Badge tone="success">{t("admin.session_this")}</Badge> : <Button size="compact-sm" variant="subtle" loading={is_running} onClick={() => end(`/${session.id}`)}>{t("admin.session_end")}</Button>}
          </li>
        ))}
      </ul>
      {!is_me && data.items.length > 1 && <div className={classes.foot}><Button size="compact-sm" variant="default" loading={is_running} onClick={() => end("")}>{t("admin.sessions_end_all")}</Button></div>}
    </>
  );
}
