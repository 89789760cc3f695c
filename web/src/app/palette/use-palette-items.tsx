import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { IconBolt } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { menuEntities } from "@web/app/shell/menu-entities";
import { Avatar } from "@web/kit/avatar";
import { EntityIcon } from "@web/kit/entity-icon";
import { useDebounced } from "@web/kit/use-debounced";
import { useMetadata } from "@web/lib/calls/metadata";
import { searchRecords } from "@web/lib/calls/search";
import { accusative } from "@web/lib/format/accusative";
import { formatE164 } from "@web/lib/format/phone";
import { t } from "@web/lib/i18n";
import { open_record } from "@web/lib/record-actions";
import { useStore } from "@web/lib/use-store";
import { pageWidgets, type PageWidget } from "@web/lib/widgets";
import { importableEntities } from "@web/records/import/targets";
import { useRecordCreator } from "@web/lib/record-creator";

export interface PaletteItem {
  key: string;
  group: string;
  title: string;
  subtitle?: string | undefined;
  icon: ReactNode;
  run: () => void;
}

/**
 * Everything the palette offers for what was typed: records from the server, sections, creations. `is_settled` is false while
 * the records shown still answer an earlier text.
 */
export function usePaletteItems(typed: string): { items: PaletteItem[]; is_searching: boolean; is_settled: boolean } {
  const metadata = useMetadata();
  const navigate = useNavigate();
  const create = useRecordCreator();
  const text = useDebounced(typed.trim(), 120);
  const { data: groups = [], isFetching, isPending, isPlaceholderData, isError } = useQuery({
    queryKey: ["search", text], queryFn: ({ signal }) => searchRecords(text, null, 6, signal), enabled: text.length > 1, placeholderData: keepPreviousData, staleTime: 5_000,
  });
  const wanted = typed.trim().toLowerCase();
  const items: PaletteItem[] = [];
  const opened = useStore(open_record);
  for (const action of opened?.actions ?? []) {
    if (action.label.toLowerCase().includes(wanted)) items.push({ key: `act/${action.key}`, group: t("palette.act", { title: opened?.title ?? "" }), title: action.label, icon: <IconBolt size={18} stroke={1.7} aria-hidden="true" />, run: action.run });
  }
  for (const group of wanted.length > 1 ? groups : []) {
    const entity = metadata.entity(group.entity);
    if (!entity) continue;
    for (const found of group.items) {
      const matched = found.matched?.map((one) => (/^\+\d{8,15}$/.test(one.text) ? formatE164(one.text) : one.text)).join(", ");
      items.push({
        key: `${entity.key}/${found.id}`, group: entity.label.many, title: found.title, subtitle: matched || (found.subtitle ?? undefined), icon: <Avatar name={found.title} size={22} is_square />,
        run: () => void navigate({ to: "/$plural/$id", params: { plural: entity.plural, id: String(found.id) } }),
      });
    }
  }
  const addPages = (pages: PageWidget[]) => pages.forEach((page) => {
    const title = t(page.label);
    if (title.toLowerCase().includes(wanted)) items.push({ key: `page/${page.key}`, group: t("palette.go"), title, icon: <EntityIcon name={page.icon} />, run: () => void navigate({ to: `/page/${page.key}` }) });
  });
  addPages(pageWidgets().filter((page) => page.is_home));
  for (const entity of menuEntities(metadata)) {
    if (entity.label.many.toLowerCase().includes(wanted)) {
      items.push({ key: `go/${entity.key}`, group: t("palette.go"), title: entity.label.many, icon: <EntityIcon name={entity.icon} />, run: () => void navigate({ to: "/$plural", params: { plural: entity.plural } }) });
    }
  }
  addPages(pageWidgets().filter((page) => !page.is_home));
  for (const entity of menuEntities(metadata).filter((one) => one.can.create)) {
    const title = t("palette.create", { entity: accusative(entity.label.one) });
    if (!title.toLowerCase().includes(wanted)) continue;
    items.push({ key: `new/${entity.key}`, group: t("palette.create_group"), title, icon: <EntityIcon name={entity.icon} />, run: () => void create?.(entity.key, {}) });
  }
  for (const entity of importableEntities(metadata)) {
    const title = t("palette.import", { entity: entity.label.many });
    if (wanted && title.toLowerCase().includes(wanted)) items.push({ key: `import/${entity.key}`, group: t("palette.files"), title, icon: <EntityIcon name={entity.icon} />, run: () => void navigate({ to: "/imports/new", search: { entity: entity.key } as never }) });
  }
  const past = t("list.imports");
  if (wanted && past.toLowerCase().includes(wanted)) items.push({ key: "imports", group: t("palette.files"), title: past, icon: <EntityIcon name="history" />, run: () => void navigate({ to: "/imports" }) });
  const is_answered = text.length < 2 || isError || (!isPending && !isPlaceholderData);
  return { items, is_searching: isFetching, is_settled: text === typed.trim() && is_answered };
}
