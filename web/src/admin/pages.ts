import type { ComponentType } from "react";
import { withTexts } from "@web/admin/shared/load-page";
import type { Me } from "@web/lib/calls/me";
import type { TextKey } from "@web/lib/i18n";
import type { PageDefinition } from "@web/lib/pages";

function page(key: string, label: TextKey, icon: string, load: () => Promise<ComponentType>): PageDefinition {
  return { key, label, icon, load: () => withTexts(load()), is_allowed: (me: Me) => me.is_admin };
}

/** Pages of this folder; each gets its route and its menu entry. */
export const admin_pages: PageDefinition[] = [
  page("all", "settings.page_all", "settings", async () => (await import("@web/admin/overview/overview-page")).OverviewPage),
  page("users", "settings.page_users", "users", async () => (await import("@web/admin/users/users-page")).UsersPage),
  page("departments", "settings.page_departments", "network", async () => (await import("@web/admin/departments/departments-page")).DepartmentsPage),
  page("roles", "settings.page_roles", "shield", async () => (await import("@web/admin/roles/roles-page")).RolesPage),
  page("deputies", "settings.page_deputies", "user-check", async () => (await import("@web/admin/deputies/deputies-page")).DeputiesPage),
  page("fields", "settings.page_fields", "tag", async () => (await import("@web/admin/fields/fields-page")).FieldsPage),
  page("layouts", "settings.page_layouts", "layout-list", async () => (await import("@web/admin/layouts/layouts-page")).LayoutsPage),
  page("pipelines", "settings.page_pipelines", "route", async () => (await import("@web/admin/pipelines/pipelines-page")).PipelinesPage),
  page("dictionaries", "settings.page_dictionaries", "list", async () => (await import("@web/admin/dictionaries/dictionaries-page")).DictionariesPage),
  page("forms", "settings.page_forms", "template", async () => (await import("@web/admin/forms/forms-page")).FormsPage),
  page("keys", "settings.page_keys", "key", async () => (await import("@web/admin/keys/keys-page")).KeysPage),
  page("mail", "settings.page_mail", "mail", async () => (await import("@web/admin/mail/mail-page")).MailPage),
  page("hooks", "settings.page_hooks", "webhook", async () => (await import("@web/admin/hooks/hooks-page")).HooksPage),
  page("jobs", "settings.page_jobs", "list-check", async () => (await import("@web/admin/jobs/jobs-page")).JobsPage),
  page("audit", "settings.page_audit", "history", async () => (await import("@web/admin/audit/audit-page")).AuditPage),
  page("modules", "settings.page_modules", "puzzle", async () => (await import("@web/admin/modules/modules-page")).ModulesPage),
  page("system", "settings.page_system", "activity", async () => (await import("@web/admin/system/system-page")).SystemPage),
  page("setup", "settings.page_setup", "flag", async () => (await import("@web/admin/setup/setup-page")).SetupPage),
];
