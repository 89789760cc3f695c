import { createStore } from "@web/lib/store";

/** What lies over the screen: at most one of them. */
export type Overlay = "palette" | "keyboard" | null;

export const overlay = createStore<Overlay>(null);
