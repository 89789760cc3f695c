import { useQuery } from "@tanstack/react-query";
import { SchemaForm, type ModuleSettings } from "@web/admin/modules/schema-form";
import { AdminPage } from "@web/admin/shared/admin-page";
import classes from "@web/admin/shared/admin.module.css";
import { useChoice } from "@web/admin/shared/use-choice";
import { Waiting } from "@web/admin/shared/waiting";
import { EmptyState } from "@web/kit/empty-state";
import { ErrorNotice } from "@web/kit/error-notice";
import { api } from "@web/lib/api";
import { hasText, t } from "@web/lib/i18n";

interface Module {
  key: string;
  version: string;
  label: string;
  settings: { properties?: Record<string, unknown> } | null;
}

/** What each module lets be set, drawn from the schema it brings. */
export function ModulesPage() {
  const { data, error, refetch } = useQuery({
    queryKey: ["admin", "settings"], staleTime: 0,
    queryFn: async ({ signal }) => {
      const { items } = await api.get<{ items: Module[] }>("/modules", { signal });
      const with_settings = items.filter((module) => Object.keys(module.settings?.properties ?? {}).length > 0);
      return Promise.all(with_settings.map(async (module) => ({ module, settings: await api.get<ModuleSettings>(`/settings/${module.key}`, { signal }) })));
    },
  });
  const [chosen, choose] = useChoice("module");
  const open = data?.find((one) => one.module.key === chosen) ?? data?.[0];
  return (
    <AdminPage title={t("settings.page_modules")} hint={t("admin.modules_hint")}>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : !data ? <Waiting rows={3} /> : !open ? <EmptyState title={t("admin.modules_empty")} /> : (
        <div className={classes.split}>
          <nav className={classes.side} aria-label={t("settings.page_modules")}>
            {data.map((one) => <button key={one.module.key} type="button" aria-current={one === open} onClick={() => choose(one.module.key)}>{titleOf(one.module)}</button>)}
          </nav>
          <SchemaForm key={open.module.key} module={open.module.key} title={titleOf(open.module)} settings={open.settings} onSaved={() => void refetch()} />
        </div>
      )}
    </AdminPage>
  );
}

/** The name the module gives itself for this page, else the one it has everywhere. */
function titleOf(module: Module): string {
  const key = `web.settings.${module.key}.title`;
  return hasText(key) ? t(key) : module.label;
}
