import { Button, Menu } from "@mantine/core";
import { IconFileDownload, IconFileTypePdf, IconFiles, IconPrinter } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { t } from "@web/lib/i18n";
import { messageOf } from "@web/lib/problem";
import type { CardWidgetProps } from "@web/lib/widgets";
import { printAddress, printFormsQuery } from "./document-calls";

/** The printed forms of a document: PDF opens beside, DOCX and XLSX are saved, all forms come in one file. */
export function PrintMenu({ entity, record }: CardWidgetProps) {
  const [is_open, setOpen] = useState(false);
  const { data: forms, error } = useQuery({ ...printFormsQuery(entity.key), enabled: is_open });
  const pdf = (keys: string[]) => ({ component: "a" as const, href: printAddress(entity.plural, record.id, keys, "pdf"), target: "_blank", rel: "noopener" });
  const file = (key: string, format: "docx" | "xlsx") => ({ component: "a" as const, href: printAddress(entity.plural, record.id, [key], format), download: "" });
  return (
    <Menu position="bottom-start" opened={is_open} onChange={setOpen}>
      <Menu.Target><Button size="xs" variant="default" leftSection={<IconPrinter size={15} />}>{t("web.documents.print")}</Button></Menu.Target>
      <Menu.Dropdown>
        {error && <Menu.Label role="alert">{messageOf(error)}</Menu.Label>}
        {forms?.length === 0 && <Menu.Label>{t("web.documents.no_forms")}</Menu.Label>}
        {forms?.map((form) => <Menu.Item key={form.key} {...pdf([form.key])} leftSection={<IconFileTypePdf size={15} />}>{form.name}</Menu.Item>)}
        {forms && forms.length > 1 && <Menu.Item {...pdf(forms.map((form) => form.key))} leftSection={<IconFiles size={15} />}>{t("web.documents.print_set")}</Menu.Item>}
        {forms && forms.length > 0 && <Menu.Divider />}
        {forms?.flatMap((form) => (["docx", "xlsx"] as const).map((format) => (
          <Menu.Item key={form.key + format} {...file(form.key, format)} leftSection={<IconFileDownload size={15} />}>{form.name} · {format.toUpperCase()}</Menu.Item>
        )))}
      </Menu.Dropdown>
    </Menu>
  );
}
