import { Button } from "@mantine/core";
import { IconMail } from "@tabler/icons-react";
import { inviteUser, useMailSettings } from "@web/admin/mail/mail-calls";
import { useTask } from "@web/admin/shared/use-task";
import { t } from "@web/lib/i18n";
import { showToast } from "@web/lib/toasts";

/** Sends a letter with a link by which the person chooses a password; not there until mail is set up. */
export function InviteButton({ user, email }: { user: number; email: string }) {
  const { data } = useMailSettings();
  const [run, is_running] = useTask();
  if (!data?.is_on) return null;
  const invite = () => void run(async () => {
    await inviteUser(user);
    showToast({ tone: "success", text: t("admin.invited", { email }) });
  });
  return <Button variant="default" leftSection={<IconMail size={16} />} loading={is_running} onClick={invite}>{t("admin.invite")}</Button>;
}
