import { Menu } from "@mantine/core";
import { IconChevronDown, IconChevronUp, IconDots, IconExternalLink, IconEye, IconHistory, IconLayoutList, IconLink, IconTrash, IconX } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { IconButton } from "@web/kit/icon-button";
import { deleteRecord, restoreRecord } from "@web/lib/calls/save-record";
import { copyText } from "@web/lib/copy-text";
import { useHotkeys } from "@web/lib/hotkeys";
import { t } from "@web/lib/i18n";
import { announce } from "@web/lib/live";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import { query_client } from "@web/lib/query-client";
import { showToast } from "@web/lib/toasts";
import type { AnyRecord } from "@web/lib/values";
import { AccessDialog } from "@web/records/card/access-dialog";

export interface CardNeighbours {
  onPrevious?: (() => void) | undefined;
  onNext?: (() => void) | undefined;
}

interface CardToolsProps extends CardNeighbours {
  entity: Entity;
  record: AnyRecord;
  is_panel: boolean;
  onHistory: () => void;
  /** For those who may lay the card out for everybody. */
  onLayout?: (() => void) | undefined;
  onClose?: (() => void) | undefined;
}

/** Previous and next, the link, who can see it, history, the bin. */
export function CardTools({ entity, record, is_panel, onPrevious, onNext, onHistory, onLayout, onClose }: CardToolsProps) {
  const [is_access_open, setAccessOpen] = useState(false);
  const navigate = useNavigate();
  const path = `/${entity.plural}/${record.id}`;
  const title = String(record[entity.title] ?? "");
  const copy = async () => {
    await copyText(location.origin + path);
    showToast({ tone: "success", text: t("card.link_copied") });
  };
  const expand = () => void navigate({ to: "/$plural/$id", params: { plural: entity.plural, id: String(record.id) } });
  const remove = async () => {
    try {
      await deleteRecord(entity.plural, record.id);
      announce({ entity: entity.key, id: record.id, version: record.version, action: "deleted" });
      query_client.removeQueries({ queryKey: ["record", entity.plural, record.id] });
      if (onClose) onClose();
      else void navigate({ to: "/$plural", params: { plural: entity.plural } });
      const restore = async () => {
        await restoreRecord(entity.plural, record.id);
        announce({ entity: entity.key, id: record.id, version: record.version, action: "restored" });
      };
      showToast({ tone: "success", text: t("card.deleted", { title }), action: { label: t("action.undo"), run: restore } });
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
    }
  };
  useHotkeys([
    { keys: "]", label: "keys.next", group: "card", run: () => onNext?.() },
    { keys: "[", label: "keys.previous", group: "card", run: () => onPrevious?.() },
    { keys: "l", label: "keys.copy_link", group: "card", run: () => void copy() },
    { keys: "h", label: "keys.history", group: "card", run: onHistory },
    ...(is_panel ? [{ keys: "Escape", label: "keys.close_panel" as const, group: "card" as const, run: () => onClose?.() }, { keys: "o", label: "keys.open_page" as const, group: "card" as const, run: expand }] : []),
  ]);
  return (
    <>
      {(onPrevious || onNext) && (
        <>
          <IconButton data-wide label={t("card.previous")} hint="[" disabled={!onPrevious} onClick={() => onPrevious?.()}><IconChevronUp size={18} /></IconButton>
          <IconButton data-wide label={t("card.next")} hint="]" disabled={!onNext} onClick={() => onNext?.()}><IconChevronDown size={18} /></IconButton>
        </>
      )}
      {is_panel && <IconButton data-wide label={t("card.open_page")} hint="o" onClick={expand}><IconExternalLink size={18} /></IconButton>}
      <Menu position="bottom-end" width={240} returnFocus={false}>
        <Menu.Target><IconButton label={t("card.more_actions")}><IconDots size={18} /></IconButton></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconLink size={16} />} onClick={() => void copy()}>{t("card.copy_link")}</Menu.Item>
          <Menu.Item leftSection={<IconHistory size={16} />} onClick={onHistory}>{t("card.history")}</Menu.Item>
          {onLayout && <Menu.Item leftSection={<IconLayoutList size={16} />} onClick={onLayout}>{t("layout.edit")}</Menu.Item>}
          <Menu.Item leftSection={<IconEye size={16} />} onClick={() => setAccessOpen(true)}>{t("access.title")}</Menu.Item>
          {entity.can.delete && <><Menu.Divider /><Menu.Item leftSection={<IconTrash size={16} />} onClick={() => void remove()}>{t("card.delete")}</Menu.Item></>}
        </Menu.Dropdown>
      </Menu>
      {onClose && <IconButton label={t("action.close")} hint="Esc" onClick={onClose}><IconX size={18} /></IconButton>}
      {is_access_open && <AccessDialog entity={entity} record={record} onClose={() => setAccessOpen(false)} />}
    </>
  );
}
