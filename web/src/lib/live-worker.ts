let port: MessagePort | null | undefined;

/** The worker that all tabs share (public/live-worker.js); null where the browser has none. */
export function liveWorker(): MessagePort | null {
  if (port === undefined) port = typeof SharedWorker === "undefined" ? null : new SharedWorker("/live-worker.js", "matvey-live").port;
  return port;
}

/**
 * Has the worker hear for this tab from now on, and make its first formats: the browser reads what it knows of a language once for all
 * its threads, which holds the page up for 40–90 ms where the page does it itself (measured 2026-11, Chromium 156).
 */
export function listenEarly(language_tag: string): void {
  liveWorker()?.postMessage({ type: "listen", language: language_tag });
}
