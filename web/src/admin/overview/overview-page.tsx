import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { AdminPage } from "@web/admin/shared/admin-page";
import classes from "@web/admin/overview/overview.module.css";
import { EntityIcon } from "@web/kit/entity-icon";
import { t, type TextKey } from "@web/lib/i18n";

const kGroups: { key: string; pages: { key: string; icon: string }[] }[] = [
  { key: "start", pages: [{ key: "setup", icon: "flag" }] },
  { key: "people", pages: [{ key: "users", icon: "users" }, { key: "departments", icon: "network" }, { key: "roles", icon: "shield" }, { key: "deputies", icon: "user-check" }] },
  { key: "records", pages: [{ key: "fields", icon: "tag" }, { key: "layouts", icon: "layout-list" }, { key: "pipelines", icon: "route" }, { key: "dictionaries", icon: "list" }, { key: "forms", icon: "template" }] },
  { key: "program", pages: [{ key: "keys", icon: "key" }, { key: "mail", icon: "mail" }, { key: "hooks", icon: "webhook" }, { key: "jobs", icon: "list-check" }, { key: "audit", icon: "history" }, { key: "modules", icon: "puzzle" }, { key: "system", icon: "activity" }] },
];

const title = (key: string) => t(`settings.page_${key}` as TextKey);
const text = (key: string) => t(`admin.about_${key}` as TextKey);

/** Everything that can be set, with a line about each; found by any word of it, also by words people use for it. */
export function OverviewPage() {
  const [typed, setTyped] = useState("");
  const words = typed.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (key: string) => {
    const all = `${title(key)} ${text(key)} ${t(`admin.words_${key}` as TextKey)}`.toLowerCase();
    return words.every((word) => all.includes(word));
  };
  const groups = kGroups.map((group) => ({ ...group, pages: group.pages.filter((page) => fits(page.key)) })).filter((group) => group.pages.length > 0);
  return (
    <AdminPage title={t("section.settings")}>
      <TextInput className={classes.search} size="md" leftSection={<IconSearch size={18} aria-hidden="true" />} aria-label={t("admin.find")} placeholder={t("admin.find")} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
      {groups.length === 0 && <p className="muted">{t("admin.nothing_found")}</p>}
      {groups.map((group) => (
        <section key={group.key} className={classes.group} aria-label={t(`admin.group_${group.key}` as TextKey)}>
          <h2>{t(`admin.group_${group.key}` as TextKey)}</h2>
          <ul>
            {group.pages.map((page) => (
              <li key={page.key}>
                <Link to="/settings/$key" params={{ key: page.key }} className={classes.link}>
                  <EntityIcon name={page.icon} size={20} /><span><strong>{title(page.key)}</strong><small>{text(page.key)}</small></span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </AdminPage>
  );
}
