import { Button, Checkbox, Menu, Popover, TextInput } from "@mantine/core";
import { IconChevronDown, IconDeviceFloppy, IconLayoutKanban, IconTrash } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { LazyMenu } from "@web/kit/lazy-menu";
import { useMe } from "@web/lib/calls/me";
import { deleteView, restoreView, saveView } from "@web/lib/calls/views";
import type { Filter, SortKey } from "@web/lib/filter";
import { t } from "@web/lib/i18n";
import type { Entity } from "@web/lib/metadata-types";
import { messageOf } from "@web/lib/problem";
import { showToast } from "@web/lib/toasts";
import type { ListSearch } from "@web/records/list/list-state";
import type { Shape } from "@web/records/list/shape/shapes";
import type { CurrentView, ListView } from "@web/records/list/shape/use-view";
import classes from "@web/records/list/shape/view-tabs.module.css";

interface ViewTabsProps {
  entity: Entity;
  view: CurrentView;
  shape: Shape;
  columns: string[];
  update: (changes: Partial<ListSearch>) => void;
}

const kShown = 5;
const kUnchanged: Partial<ListSearch> = { filter: undefined, sort: undefined, group: undefined, q: undefined, open: undefined, as: undefined };

/** The views of a section side by side; more in a menu; a changed one can be saved. */
export function ViewTabs({ entity, view, shape, columns, update }: ViewTabsProps) {
  const open = (key: string) => update({ ...kUnchanged, view: key });
  const shown = view.views.slice(0, kShown);
  const rest = view.views.slice(kShown);
  const hidden_current = rest.find((one) => one.key === view.current?.key);
  return (
    <div className={classes.tabs}>
      <div className={classes.list} role="tablist" aria-label={t("views.title")}>
        {[...shown, ...(hidden_current ? [hidden_current] : [])].map((one) => (
          <button key={one.key} type="button" role="tab" aria-selected={one.key === view.current?.key} onClick={() => open(one.key)}>
            {one.definition.type === "board" && <IconLayoutKanban size={15} aria-hidden="true" />}{one.label}
          </button>
        ))}
      </div>
      {rest.length > 0 && (
        <LazyMenu position="bottom-start" target={<button type="button">{t("views.more")}<IconChevronDown size={14} aria-hidden="true" /></button>}>
          {() => rest.map((one) => <Menu.Item key={one.key} onClick={() => open(one.key)}>{one.label}</Menu.Item>)}
        </LazyMenu>
      )}
      {view.is_changed && <SaveView entity={entity} shape={shape} filter={view.filter} sort={view.sort} group={view.group} columns={columns} onSaved={(id) => open(`v${id}`)} />}
      {view.current?.saved && !view.is_changed && <RemoveView view={view.current} onRemoved={() => update({ ...kUnchanged, view: undefined })} />}
    </div>
  );
}

interface SaveViewProps {
  entity: Entity;
  shape: Shape;
  filter: Filter | null;
  sort: SortKey[];
  group: string | null;
  columns: string[];
  onSaved: (id: number) => void;
}

function SaveView({ entity, shape, filter, sort, group, columns, onSaved }: SaveViewProps) {
  const [is_open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const [is_shared, setShared] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!name.trim()) return;
    try {
      const saved = await saveView({ entity: entity.key, name: name.trim(), type: shape, filter, sort, columns, settings: { group }, shared: is_shared });
      setOpen(false);
      setName("");
      onSaved(saved.id);
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
    }
  };
  return (
    <Popover opened={is_open} onChange={setOpen} trapFocus returnFocus position="bottom-start">
      <Popover.Target><button type="button" className={classes.save} onClick={() => setOpen(!is_open)}><IconDeviceFloppy size={15} aria-hidden="true" />{t("views.save")}</button></Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={(event) => void submit(event)} style={{ display: "grid", gap: 10, width: 260 }}>
          <TextInput label={t("views.name")} data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} required />
          <Checkbox size="xs" label={t("views.shared")} checked={is_shared} onChange={(event) => setShared(event.currentTarget.checked)} />
          <Button type="submit" size="xs">{t("views.save")}</Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

function RemoveView({ view, onRemoved }: { view: ListView; onRemoved: () => void }) {
  const me = useMe();
  const saved = view.saved;
  if (!saved || saved.owner?.id !== me.user.id) return null;
  const remove = async () => {
    try {
      await deleteView(saved);
      onRemoved();
      showToast({ tone: "success", text: t("views.removed", { name: view.label }), action: { label: t("action.undo"), run: () => restoreView(saved) } });
    } catch (error) {
      showToast({ tone: "danger", text: messageOf(error) });
    }
  };
  return <button type="button" className={classes.save} onClick={() => void remove()}><IconTrash size={15} aria-hidden="true" />{t("views.remove")}</button>;
}
