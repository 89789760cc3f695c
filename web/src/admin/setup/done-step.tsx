import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import setup from "@web/admin/setup/setup.module.css";
import classes from "@web/admin/shared/admin.module.css";
import { EntityIcon } from "@web/kit/entity-icon";
import { t, type TextKey } from "@web/lib/i18n";

const kNext = [{ key: "pipelines", icon: "route" }, { key: "roles", icon: "shield" }, { key: "fields", icon: "tag" }, { key: "users", icon: "users" }];

export function DoneStep() {
  return (
    <div className={classes.form}>
      <p>{t("admin.setup_done_text")}</p>
      <div className={setup.cards}>
        {kNext.map((page) => <Link key={page.key} to="/settings/$key" params={{ key: page.key }} className={setup.card}><EntityIcon name={page.icon} size={20} /><span><strong>{t(`settings.page_${page.key}` as TextKey)}</strong><small>{t(`admin.about_${page.key}` as TextKey)}</small></span></Link>)}
      </div>
      <div className={classes.foot}><Link to="/"><Button component="span" size="md">{t("admin.setup_start")}</Button></Link></div>
    </div>
  );
}
