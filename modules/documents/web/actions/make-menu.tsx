import { Button, Menu } from "@mantine/core";
import { IconChecklist, IconFilePlus } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { EntityIcon } from "@web/kit/entity-icon";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { showToast } from "@web/lib/toasts";
import type { CardWidgetProps } from "@web/lib/widgets";
import { makeDocument, type MadeDocument } from "./document-calls";
import { MakeDialog } from "./make-dialog";
import { kMakes, mustAsk } from "./moves";

/** The next document out of this one: all that remains in one press, or a part by lines. */
export function MakeMenu({ entity, record, is_busy, run }: CardWidgetProps & { is_busy: boolean; run: (work: () => Promise<void>) => Promise<void> }) {
  const metadata = useMetadata();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<string | null>(null);
  const targets = (kMakes[entity.key] ?? []).map((key) => metadata.entity(key)).filter((target): target is Entity => target?.can.create === true);
  if (targets.length === 0 || record.state === "cancelled") return null;
  const open = async (made: MadeDocument) => {
    for (const note of made.notes) showToast({ tone: "info", text: t("web.documents.rate_changed", { line: note.line, from: note.from, to: note.to }) });
    setAsked(null);
    if (made.record) await navigate({ to: "/$plural/$id", params: { plural: made.plural, id: String(made.record.id) } });
  };
  const make = (to: string) => run(async () => open(await makeDocument(entity.plural, record.id, { to })));
  const nameOf = (target: Entity) => {
    if (entity.key === "quote" && target.key === "quote") return t("web.documents.new_version");
    if (entity.key === "tax_invoice") return t("web.documents.correction");
    return entity.key === "invoice" && target.key === "tax_invoice" ? t("web.documents.advance") : target.label.one;
  };
  // A new version repeats the offer, and a deal has no lines of documents to choose from.
  const in_parts = entity.key === "deal" ? [] : targets.filter((target) => target.key !== "quote" && !mustAsk(entity.key, target.key));
  return (
    <>
      <Menu position="bottom-start">
        <Menu.Target><Button size="xs" variant="default" disabled={is_busy} leftSection={<IconFilePlus size={15} />}>{t("web.documents.make")}</Button></Menu.Target>
        <Menu.Dropdown>
          {targets.map((target) => (
            <Menu.Item key={target.key} leftSection={<EntityIcon name={target.icon} size={15} />} onClick={() => (mustAsk(entity.key, target.key) ? setAsked(target.key) : void make(target.key))}>{nameOf(target)}</Menu.Item>
          ))}
          {in_parts[0] && <><Menu.Divider /><Menu.Item leftSection={<IconChecklist size={15} />} onClick={() => setAsked(in_parts[0]?.key ?? null)}>{t("web.documents.make_part")}</Menu.Item></>}
        </Menu.Dropdown>
      </Menu>
      {asked && <MakeDialog entity={entity} record={record} targets={mustAsk(entity.key, asked) ? targets.filter((target) => target.key === asked) : in_parts} initial={asked} onMade={(made) => void open(made)} onClose={() => setAsked(null)} />}
    </>
  );
}
