import { IconSearch } from "@tabler/icons-react";
import classes from "@web/app/shell/shell.module.css";
import { ProfileMenu } from "@web/app/shell/profile-menu";
import { t } from "@web/lib/i18n";

export function TopBar() {
  return (
    <header className={classes.top}>
      <button type="button" className={classes.search}><IconSearch size={16} aria-hidden="true" /><span>{t("search.prompt")}</span></button>
      <ProfileMenu />
    </header>
  );
}
