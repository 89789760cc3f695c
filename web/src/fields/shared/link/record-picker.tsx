import { CloseButton, Combobox, InputBase, Loader } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useSearchCombobox } from "@web/fields/shared/link/use-search-combobox";
import { Avatar } from "@web/kit/avatar";
import { findLinks, type FoundLink } from "@web/lib/calls/find-links";
import type { Filter, SortKey } from "@web/lib/filter";
import { accusative } from "@web/lib/format/accusative";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { useRecordCreator } from "@web/lib/record-creator";
import type { Link } from "@web/lib/values";

const kNone: FoundLink[] = [];

/** Initials help to tell people and companies apart; names of stages or reasons need none. */
function hasPicture(entities: Entity[], key: string | undefined): boolean {
  const entity = entities.find((one) => one.key === key);
  return entity?.fields.some((field) => field.type === "phone" || field.type === "email") ?? key === "user";
}

interface RecordPickerProps {
  entities: Entity[];
  value: Link | null;
  onChange: (link: Link | null) => void;
  label?: ReactNode;
  name: string;
  error?: ReactNode;
  is_required?: boolean | undefined;
  auto_focus?: boolean | undefined;
  filter?: Filter | null;
  sort?: SortKey[] | undefined;
  placeholder?: string;
  can_create?: boolean;
}

/** Finds a record by what is typed, on the server; offers to create one that is not there. */
export function RecordPicker(props: RecordPickerProps) {
  const { entities, value, onChange, name, filter = null, sort, can_create = true } = props;
  const creator = useRecordCreator();
  const { combobox, typed, words, type, found = kNone, is_fetching, leave, onKeyDown } = useSearchCombobox({
    query_key: ["links", entities.map((entity) => entity.key), filter],
    find: async (asked, signal) => (await Promise.all(entities.map((entity) => findLinks(entity, asked, { filter, signal, limit: entities.length > 1 ? 6 : 20, ...(sort ? { sort } : {}) })))).flat(),
  });
  const creatable = can_create && creator && words ? entities.filter((entity) => entity.can.create && entity.kind !== "system").slice(0, 3) : [];

  const submit = async (key: string) => {
    combobox.closeDropdown();
    if (key.startsWith("new/")) {
      const entity = entities.find((one) => one.key === key.slice(4));
      const made = entity ? await creator?.(entity.key, { [entity.title]: words }, { stays: true }) : null;
      if (made) onChange({ ...made, ...(entity ? { entity: entity.key } : {}) });
      return;
    }
    const chosen = found.find((link) => `${link.entity}/${link.id}` === key);
    if (chosen) onChange({ id: chosen.id, title: chosen.title, ...(chosen.entity ? { entity: chosen.entity } : {}) });
  };
  const can_clear = value && !props.is_required && typed === null;
  return (
    <Combobox store={combobox} onOptionSubmit={(key) => void submit(key)} withinPortal>
      <Combobox.Target>
        <InputBase
          label={props.label} aria-label={props.label ? undefined : name} error={props.error} withAsterisk={props.is_required ?? false} autoFocus={props.auto_focus ?? false} data-autofocus={props.auto_focus || undefined}
          placeholder={props.placeholder ?? t("picker.prompt")} value={typed ?? value?.title ?? ""} autoComplete="off"
          onChange={(event) => type(event.currentTarget.value)} onFocus={() => combobox.openDropdown()} onClick={() => combobox.openDropdown()} onBlur={leave} onKeyDown={onKeyDown}
          rightSectionPointerEvents="all" rightSection={is_fetching && typed !== null ? <Loader size={14} /> : can_clear ? <CloseButton size="sm" aria-label={t("picker.clear", { field: name })} onMouseDown={(event) => event.preventDefault()} onClick={() => onChange(null)} /> : null}
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options mah={280} style={{ overflowY: "auto" }} aria-label={name}>
          {found.map((link) => (
            <Combobox.Option key={`${link.entity}/${link.id}`} value={`${link.entity}/${link.id}`}>
              <span style={{ display: "flex", alignItems: "center", gap: 8, minWidth: 0 }}>
                {hasPicture(entities, link.entity) && <Avatar name={link.title} size={20} is_square={link.entity !== "user"} />}<span className="cut">{link.title}</span>
                {(link.subtitle || entities.length > 1) && <span className="muted cut" style={{ fontSize: 12 }}>{link.subtitle ?? entities.find((entity) => entity.key === link.entity)?.label.one}</span>}
              </span>
            </Combobox.Option>
          ))}
          {creatable.map((entity) => (
            <Combobox.Option key={`new/${entity.key}`} value={`new/${entity.key}`}>
              <span style={{ display: "flex", alignItems: "center", gap: 8, color: "var(--accent)" }}><IconPlus size={16} />{t("picker.create", { entity: accusative(entity.label.one), title: words })}</span>
            </Combobox.Option>
          ))}
          {found.length === 0 && creatable.length === 0 && !is_fetching && <Combobox.Empty>{t("picker.nothing")}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
