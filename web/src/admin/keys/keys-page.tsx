import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { NewKeyDialog } from "@web/admin/keys/new-key-dialog";
import { AdminPage } from "@web/admin/shared/admin-page";
import classes from "@web/admin/shared/admin.module.css";
import { useTask } from "@web/admin/shared/use-task";
import { Badge } from "@web/kit/badge";
import { EmptyState } from "@web/kit/empty-state";
import { ErrorNotice } from "@web/kit/error-notice";
import { api } from "@web/lib/api";
import { useMetadata, type Metadata } from "@web/lib/calls/metadata";
import { formatDate, formatInstant } from "@web/lib/format/date";
import { t } from "@web/lib/i18n";
import { showToast } from "@web/lib/toasts";
import type { Link } from "@web/lib/values";

interface ApiKey {
  id: number;
  user: Link;
  name: string;
  hint: string;
  scopes: string[];
  created_at: string;
  expires_at: string | null;
}

/** «Компании: чтение» out of «company:read». */
function scopeText(metadata: Metadata, scope: string): string {
  const [entity = "", action = ""] = scope.split(":");
  return `${entity === "*" ? t("admin.key_everything") : (metadata.entity(entity)?.label.many ?? entity)}: ${t(action === "write" ? "admin.key_write" : "admin.key_read")}`;
}

/** Keys by which other programs come in with the rights of a person. */
export function KeysPage() {
  const metadata = useMetadata();
  const { data, error, refetch } = useQuery({ queryKey: ["admin", "api-keys"], queryFn: ({ signal }) => api.get<{ items: ApiKey[] }>("/api-keys", { query: { all: true }, signal }), staleTime: 0 });
  const [is_new, setNew] = useState(false);
  const [revoked, setRevoked] = useState<number | null>(null);
  const [run, is_running] = useTask();
  const revoke = (key: ApiKey) => void run(async () => {
    await api.delete(`/api-keys/${key.id}`);
    setRevoked(null);
    showToast({ tone: "success", text: t("admin.key_revoked", { name: key.name }) });
    await refetch();
  });
  const add = <Button leftSection={<IconPlus size={16} />} onClick={() => setNew(true)}>{t("admin.key_add")}</Button>;
  return (
    <AdminPage title={t("settings.page_keys")} hint={t("admin.keys_hint")} actions={data?.items.length === 0 ? undefined : add}>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : data && data.items.length === 0 ? <EmptyState title={t("admin.keys_empty")} text={t("admin.keys_empty_text")} action={add} /> : (
        <div className={classes.tableWrap}>
          <table className={classes.table} data-cards>
            <thead><tr><th>{t("admin.key_name")}</th><th>{t("admin.key_of")}</th><th>{t("admin.key_scopes")}</th><th>{t("admin.key_made")}</th><th>{t("admin.key_until")}</th><th /></tr></thead>
            <tbody>
              {data?.items.map((key) => (
                <tr key={key.id}>
                  <td><strong>{key.name}</strong> <code className="muted">{key.hint}…</code></td>
                  <td data-label={t("admin.key_of")}>{key.user.title}</td>
                  <td><span className={classes.badges}>{key.scopes.length === 0 ? <Badge tone="warning">{t("admin.key_all_rights")}</Badge> : key.scopes.map((scope) => <Badge key={scope}>{scopeText(metadata, scope)}</Badge>)}</span></td>
                  <td data-label={t("admin.key_made")}>{formatInstant(key.created_at)}</td>
                  <td data-label={t("admin.key_until")}>{key.expires_at ? formatDate(key.expires_at) : t("admin.key_forever")}</td>
                  <td data-tools>
                    {revoked === key.id ? <span className={classes.line}><Button size="compact-sm" variant="default" c="var(--danger)" loading={is_running} onClick={() => revoke(key)}>{t("admin.key_revoke_sure")}</Button><Button size="compact-sm" variant="subtle" onClick={() => setRevoked(null)}>{t("action.cancel")}</Button></span>
                      : <Button size="compact-sm" variant="subtle" c="var(--danger)" onClick={() => setRevoked(key.id)}>{t("admin.key_revoke")}</Button>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {is_new && <NewKeyDialog onClose={() => { setNew(false); void refetch(); }} />}
    </AdminPage>
  );
}
