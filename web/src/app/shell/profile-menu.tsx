import { Menu, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { IconCheck, IconLogout } from "@tabler/icons-react";
import { Avatar } from "@web/kit/avatar";
import { LazyMenu } from "@web/kit/lazy-menu";
import { useMe } from "@web/lib/calls/me";
import { saveNoticeMail } from "@web/lib/calls/save-notice-mail";
import { saveLanguage } from "@web/lib/calls/save-language";
import { currentLanguage, t, type Language } from "@web/lib/i18n";
import { messageOf } from "@web/lib/problem";
import { signOut } from "@web/lib/session";
import { showToast } from "@web/lib/toasts";

const kSchemes = ["auto", "light", "dark"] as const;
const kDensities = ["comfortable", "compact"] as const;
const kNoticeMail = ["off", "at_once", "daily"] as const;
const kLanguages: { key: Language; label: string }[] = [{ key: "ru", label: "Русский" }, { key: "en", label: "English" }];

function setDensity(density: string): void {
  localStorage.setItem("matvey.density", density);
  document.documentElement.dataset.density = density;
}

const mark = (is_on: boolean) => <span style={{ display: "inline-flex", width: 16 }}>{is_on && <IconCheck size={16} aria-hidden="true" />}</span>;

/** Theme, density, language and the way out. */
export function ProfileMenu() {
  const me = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const density = document.documentElement.dataset.density;
  return (
    <LazyMenu position="bottom-end" width={220} target={<UnstyledButton aria-label={t("profile.menu", { name: me.user.name })}><Avatar name={me.user.name} size={30} /></UnstyledButton>}>
      {() => <>
        <Menu.Label>{me.user.name}</Menu.Label>
        <Menu.Divider />
        <Menu.Label>{t("profile.theme")}</Menu.Label>
        {kSchemes.map((scheme) => (
          <Menu.Item key={scheme} leftSection={mark(colorScheme === scheme)} onClick={() => setColorScheme(scheme)}>{t(`profile.theme_${scheme}`)}</Menu.Item>
        ))}
        <Menu.Label>{t("profile.density")}</Menu.Label>
        {kDensities.map((one) => (
          <Menu.Item key={one} leftSection={mark(density === one)} onClick={() => setDensity(one)}>{t(`profile.density_${one}`)}</Menu.Item>
        ))}
        <Menu.Label>{t("profile.language")}</Menu.Label>
        {kLanguages.map((one) => (
          <Menu.Item key={one.key} lang={one.key} leftSection={mark(currentLanguage() === one.key)} onClick={() => void saveLanguage(me.user.id, one.key).catch((error: unknown) => showToast({ tone: "danger", text: messageOf(error) }))}>{one.label}</Menu.Item>
        ))}
        <Menu.Label>{t("profile.notice_mail")}</Menu.Label>
        {kNoticeMail.map((one) => (
          <Menu.Item key={one} leftSection={mark(me.user.notice_mail === one)} onClick={() => void saveNoticeMail(one).catch((error: unknown) => showToast({ tone: "danger", text: messageOf(error) }))}>{t(`profile.notice_mail_${one}`)}</Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>{t("profile.sign_out")}</Menu.Item>
      </>}
    </LazyMenu>
  );
}
