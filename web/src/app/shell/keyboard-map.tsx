import { Kbd, Modal } from "@mantine/core";
import { activeHotkeys, type Hotkey } from "@web/lib/hotkeys";
import { t } from "@web/lib/i18n";

const kGroups = ["general", "list", "card"] as const;

function keyText(keys: string): string[] {
  return keys.split(" ").map((one) => one.replace("mod+", "Ctrl + ").replace("shift+", "Shift + ").replace("alt+", "Alt + ").replace("ArrowUp", "↑").replace("ArrowDown", "↓").replace("Space", t("keys.space")));
}

/** Two keys for one thing are one line. */
function together(hotkeys: Hotkey[]): Hotkey[] {
  const lines = new Map<string, Hotkey>();
  for (const hotkey of hotkeys) {
    const known = lines.get(hotkey.label);
    if (!known) lines.set(hotkey.label, hotkey);
    else if (!known.keys.split(" ").includes(hotkey.keys)) lines.set(hotkey.label, { ...known, keys: `${known.keys} ${hotkey.keys}` });
  }
  return [...lines.values()];
}

/** The shortcuts that work on this screen. */
export function KeyboardMap({ onClose }: { onClose: () => void }) {
  const hotkeys = activeHotkeys();
  return (
    <Modal opened onClose={onClose} title={t("keys.title")} size={520} closeButtonProps={{ "aria-label": t("action.close") }}>
      {kGroups.map((group) => {
        const lines = together(hotkeys.filter((hotkey) => hotkey.group === group && !/^g [2-9]$/.test(hotkey.keys)));
        if (lines.length === 0) return null;
        return (
          <section key={group} style={{ marginBottom: 16 }}>
            <h3>{t(`keys.group_${group}`)}</h3>
            <dl style={{ display: "grid", gridTemplateColumns: "150px 1fr", gap: "6px 12px", margin: "8px 0 0" }}>
              {lines.map((hotkey) => [
                <dt key={`${hotkey.keys}-keys`}>{keyText(hotkey.keys === "g 1" ? "g 1…9" : hotkey.keys).map((key) => <Kbd key={key} mr={4}>{key}</Kbd>)}</dt>,
                <dd key={hotkey.keys} style={{ margin: 0 }}>{t(hotkey.label)}</dd>,
              ])}
            </dl>
          </section>
        );
      })}
    </Modal>
  );
}
