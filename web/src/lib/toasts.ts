import { createStore } from "@web/lib/store";

export interface Toast {
  id: number;
  text: string;
  tone: "info" | "success" | "danger";
  action?: { label: string; run: () => void | Promise<void> };
}

export const toasts = createStore<Toast[]>([]);
let next_id = 1;

/** Shows a short notice at the bottom; with an action (usually «undo») it stays longer. */
export function showToast(toast: Omit<Toast, "id">): void {
  const id = next_id++;
  toasts.set((before) => [...before.slice(-2), { ...toast, id }]);
  setTimeout(() => dismissToast(id), toast.action ? 10_000 : toast.tone === "danger" ? 8_000 : 4_000);
}

export function dismissToast(id: number): void {
  toasts.set((before) => before.filter((toast) => toast.id !== id));
}
