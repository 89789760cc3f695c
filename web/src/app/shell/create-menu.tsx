import { Menu } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { menuEntities } from "@web/app/shell/menu-entities";
import { EntityIcon } from "@web/kit/entity-icon";
import { IconButton } from "@web/kit/icon-button";
import { LazyMenu } from "@web/kit/lazy-menu";
import { useMetadata } from "@web/lib/calls/metadata";
import { t } from "@web/lib/i18n";
import { useRecordCreator } from "@web/lib/record-creator";

/** Quick create from anywhere. */
export function CreateMenu() {
  const entities = menuEntities(useMetadata()).filter((entity) => entity.can.create);
  const create = useRecordCreator();
  if (entities.length === 0) return null;
  return (
    <LazyMenu position="bottom-end" width={220} returnFocus={false} target={<IconButton label={t("shell.create")} variant="filled" color="rye"><IconPlus size={18} /></IconButton>}>
      {() => entities.map((entity) => <Menu.Item key={entity.key} leftSection={<EntityIcon name={entity.icon} size={16} />} onClick={() => void create?.(entity.key, {})}>{entity.label.one}</Menu.Item>)}
    </LazyMenu>
  );
}
