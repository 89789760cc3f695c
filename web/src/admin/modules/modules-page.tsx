import { useQuery } from "@tanstack/react-query";
import { SchemaForm, type ModuleSettings } from "@web/admin/modules/schema-form";
import { AdminPage } from "@web/admin/shared/admin-page";
import classes from "@web/admin/shared/admin.module.css";
import { useChoice } from "@web/admin/shared/use-choice";
import { EmptyState } from "@web/kit/empty-state";
import { ErrorNotice } from "@web/kit/error-notice";
import { api } from "@web/lib/api";
import { useMetadata } from "@web/lib/calls/metadata";
import { hasText, t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";

export function moduleTitle(module: string, entities: Entity[]): string {
  const key = `web.settings.${module}.title`;
  if (hasText(key)) return t(key);
  return entities.find((entity) => (entity as Entity & { module?: string }).module === module)?.label.many ?? module;
}

/** What each module lets be set, drawn from the schema it brings. */
export function ModulesPage() {
  const { entities } = useMetadata();
  const modules = [...new Set(entities.map((entity) => (entity as Entity & { module?: string }).module ?? "").filter(Boolean))].sort();
  const { data, error, refetch } = useQuery({
    queryKey: ["admin", "settings", modules.join()], staleTime: 0,
    queryFn: async ({ signal }) => {
      const read = await Promise.all(modules.map(async (module) => ({ module, settings: await api.get<ModuleSettings>(`/settings/${module}`, { signal }) })));
      return read.filter((one) => Object.keys(one.settings.schema.properties ?? {}).length > 0);
    },
  });
  const [chosen, choose] = useChoice("module");
  const open = data?.find((one) => one.module === chosen) ?? data?.[0];
  return (
    <AdminPage title={t("settings.page_modules")} hint={t("admin.modules_hint")}>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : data && !open ? <EmptyState title={t("admin.modules_empty")} /> : open && (
        <div className={classes.split}>
          <nav className={classes.side} aria-label={t("settings.page_modules")}>
            {data?.map((one) => <button key={one.module} type="button" aria-current={one === open} onClick={() => choose(one.module)}>{moduleTitle(one.module, entities)}</button>)}
          </nav>
          <SchemaForm key={open.module} module={open.module} title={moduleTitle(open.module, entities)} settings={open.settings} onSaved={() => void refetch()} />
        </div>
      )}
    </AdminPage>
  );
}
