import { useEffect, useRef } from "react";
import type { TextKey } from "@web/lib/i18n";

export interface Hotkey {
  /** «mod+k», «g c» (one after the other), «?», «Escape», «j». `mod` is Ctrl, or ⌘ on a Mac. */
  keys: string;
  label: TextKey;
  group: "general" | "list" | "card";
  run: (event: KeyboardEvent) => void;
  /** Also while typing in a field. */
  in_inputs?: boolean;
}

/** Keys that a focused control uses itself: shortcuts by them work only while nothing has the focus. */
const kOfControls = new Set(["ArrowDown", "ArrowUp", "Enter", "Space", "F2"]);

const active: Hotkey[] = [];
let first_key = "";
let first_key_at = 0;
let is_listening = false;

/** What the keyboard map shows: everything registered now. */
export function activeHotkeys(): Hotkey[] {
  return [...active];
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** Latin letter by position, so that shortcuts work in the Russian layout as well. */
function keyName(event: KeyboardEvent): string {
  const by_code = /^Key([A-Z])$/.exec(event.code);
  const base = by_code?.[1] ? by_code[1].toLowerCase() : event.key;
  const mod = event.ctrlKey || event.metaKey ? "mod+" : "";
  const shift = event.shiftKey && base.length > 1 ? "shift+" : "";
  return `${mod}${event.altKey ? "alt+" : ""}${shift}${base}`;
}

function handle(event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  const name = keyName(event);
  const is_sequence = first_key !== "" && event.timeStamp - first_key_at < 1200;
  const wanted = is_sequence ? [`${first_key} ${name}`, name] : [name];
  first_key = name;
  first_key_at = event.timeStamp;
  for (const keys of wanted) {
    // The newest wins: a panel's keys stand over those of the page below.
    for (const hotkey of [...active].reverse()) {
      if (hotkey.keys !== keys || (isTyping(event.target) && !hotkey.in_inputs) || (kOfControls.has(keys) && event.target !== document.body)) continue;
      event.preventDefault();
      first_key = "";
      hotkey.run(event);
      return;
    }
  }
}

/** Registers shortcuts while the component stands. */
export function useHotkeys(hotkeys: Hotkey[]): void {
  const latest = useRef(hotkeys);
  latest.current = hotkeys;
  const names = hotkeys.map((hotkey) => hotkey.keys).join("|");
  useEffect(() => {
    if (!is_listening) {
      is_listening = true;
      window.addEventListener("keydown", handle);
    }
    const entries = latest.current.map((hotkey, index) => ({ ...hotkey, run: (event: KeyboardEvent) => latest.current[index]?.run(event) }));
    active.push(...entries);
    return () => {
      for (const entry of entries) active.splice(active.indexOf(entry), 1);
    };
  }, [names]);
}
