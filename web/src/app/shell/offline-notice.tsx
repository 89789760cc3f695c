import classes from "@web/app/shell/shell.module.css";
import { online } from "@web/lib/api";
import { t } from "@web/lib/i18n";
import { useStore } from "@web/lib/use-store";

export function OfflineNotice() {
  return useStore(online) ? null : <div role="status" className={classes.notice}>{t("shell.offline")}</div>;
}
