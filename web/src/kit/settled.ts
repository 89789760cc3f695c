import { createStore } from "@web/lib/store";

/** False while the first screen is being drawn: what nobody can use yet, such as menus that are closed, is made after its paint. */
export const is_settled = createStore(true);

const kPatience_ms = 400;

/** Called before the first drawing; the rest is made when the browser has nothing better to do. */
export function holdBack(): void {
  is_settled.set(false);
  requestAnimationFrame(() => requestAnimationFrame(() => {
    const settle = () => is_settled.set(true);
    if (typeof requestIdleCallback === "undefined") setTimeout(settle, kPatience_ms);
    else requestIdleCallback(settle, { timeout: kPatience_ms });
  }));
}
