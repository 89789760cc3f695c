import { Kbd } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { CreateMenu } from "@web/app/shell/create-menu";
import { NoticeBell } from "@web/app/shell/notice-bell";
import { overlay } from "@web/app/shell/overlays";
import { ProfileMenu } from "@web/app/shell/profile-menu";
import classes from "@web/app/shell/shell.module.css";
import { t } from "@web/lib/i18n";

export function TopBar() {
  return (
    <header className={classes.top}>
      <button type="button" className={classes.search} onClick={() => overlay.set("palette")} aria-keyshortcuts="Control+K">
        <IconSearch size={16} aria-hidden="true" /><span>{t("search.prompt")}</span><Kbd size="xs" className={classes.hint}>Ctrl K</Kbd>
      </button>
      <CreateMenu />
      <NoticeBell />
      <ProfileMenu />
    </header>
  );
}
