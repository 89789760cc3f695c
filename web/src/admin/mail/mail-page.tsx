import { MailForm } from "@web/admin/mail/mail-form";
import { useMailSettings } from "@web/admin/mail/mail-calls";
import { AdminPage } from "@web/admin/shared/admin-page";
import { Waiting } from "@web/admin/shared/waiting";
import { Badge } from "@web/kit/badge";
import { ErrorNotice } from "@web/kit/error-notice";
import { t } from "@web/lib/i18n";

/** The server by which letters go out: documents, invitations, new passwords, notices. */
export function MailPage() {
  const { data, error, refetch } = useMailSettings();
  return (
    <AdminPage title={t("settings.page_mail")} hint={t("admin.mail_hint")} actions={data && <Badge {...(data.is_on ? { tone: "success" as const } : {})}>{t(data.is_on ? "admin.mail_on" : "admin.mail_is_off")}</Badge>}>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : !data ? <Waiting rows={5} /> : <MailForm key={JSON.stringify(data)} settings={data} onSaved={() => void refetch()} />}
    </AdminPage>
  );
}
