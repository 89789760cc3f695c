import { Loader, Modal } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import classes from "@web/app/palette/palette.module.css";
import { usePaletteItems } from "@web/app/palette/use-palette-items";
import { t } from "@web/lib/i18n";

/** Ctrl+K: find a record, go to a section, create. Arrows choose, Enter does. */
export function Palette({ onClose }: { onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const [active, setActive] = useState(0);
  const [is_waiting, setWaiting] = useState(false);
  const { items, is_searching, is_settled } = usePaletteItems(typed);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => {
    setActive(0);
    setWaiting(false);
  }, [typed]);
  useEffect(() => list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [active]);
  const chosen = Math.min(active, items.length - 1);
  const run = (at: number) => {
    onClose();
    items[at]?.run();
  };
  // Enter right after the last key means the answer to the whole text, not to the part that was searched for before.
  useEffect(() => {
    if (!is_waiting || !is_settled) return;
    setWaiting(false);
    if (items.length > 0) run(0);
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setActive((chosen + 1) % Math.max(1, items.length));
    else if (event.key === "ArrowUp") setActive((chosen - 1 + items.length) % Math.max(1, items.length));
    else if (event.key === "Enter" && !is_settled && active === 0) setWaiting(true);
    else if (event.key === "Enter" && items.length > 0) run(chosen);
    else return;
    event.preventDefault();
  };
  return (
    <Modal opened onClose={onClose} withCloseButton={false} size={600} padding={0} yOffset="10vh" transitionProps={{ duration: 0 }} title={t("search.prompt")} styles={{ header: { display: "none" } }}>
      <div className={classes.field}>
        <IconSearch size={18} aria-hidden="true" />
        <input
          autoFocus data-autofocus role="combobox" aria-expanded="true" aria-controls={`${id}-list`} aria-activedescendant={items[chosen] ? `${id}-${chosen}` : undefined} aria-label={t("search.prompt")}
          placeholder={t("search.hint")} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} onKeyDown={onKeyDown} autoComplete="off" spellCheck={false}
        />
        {is_searching && <Loader size={16} />}
      </div>
      <div ref={list} id={`${id}-list`} role="listbox" aria-label={t("search.results")} className={classes.list}>
        {items.map((item, at) => (
          <div key={item.key}>
            {item.group !== items[at - 1]?.group && <div className={classes.group} role="presentation">{item.group}</div>}
            <div id={`${id}-${at}`} role="option" aria-selected={at === chosen} className={classes.item} onMouseMove={() => setActive(at)} onClick={() => run(at)}>
              {item.icon}<span className="cut">{item.title}</span>{item.subtitle && <span className={`${classes.subtitle} muted cut`}>{item.subtitle}</span>}
            </div>
          </div>
        ))}
        {items.length === 0 && <p className={`${classes.none} muted`}>{t(is_searching ? "search.searching" : "search.nothing")}</p>}
      </div>
    </Modal>
  );
}
