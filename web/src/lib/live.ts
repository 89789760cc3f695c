import { checkConnection } from "@web/lib/connection";
import { query_client } from "@web/lib/query-client";

export interface Change {
  entity: string;
  id: number;
  version: number;
  action: "created" | "updated" | "deleted" | "restored" | string;
  fields?: string[];
}

type Listener = (changes: Change[]) => void;

const listeners = new Set<Listener>();
const kBatch_ms = 150;

let pending: Change[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let is_connected = false;
let was_open = false;

/** Calls `listener` with the changes of other people and of this tab, gathered over a moment. */
export function onChanges(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function flush(): void {
  timer = undefined;
  const changes = pending;
  pending = [];
  for (const listener of [...listeners]) listener(changes);
}

/** Enters a change; the server's stream and this tab's own mutations both come here. */
export function announce(change: Change): void {
  pending.push(change);
  timer ??= setTimeout(flush, kBatch_ms);
}

interface LiveMessage {
  type: "open" | "error" | "change" | "notice" | "metadata";
  data?: string;
}

function take({ type, data }: LiveMessage): void {
  if (type === "error") checkConnection();
  else if (type === "notice") void query_client.invalidateQueries({ queryKey: ["notices"] });
  else if (type === "metadata") void query_client.invalidateQueries({ queryKey: ["metadata"] });
  else if (type === "open") {
    if (was_open) void query_client.invalidateQueries();
    was_open = true;
  } else {
    try {
      announce(JSON.parse(data ?? "") as Change);
    } catch {
      // A line that cannot be read is no reason to stop listening.
    }
  }
}

/** One stream for all tabs, in a worker that they share. */
function connectShared(): void {
  const { port } = new SharedWorker("/live-worker.js", "matvey-live");
  port.addEventListener("message", (event) => take(event.data as LiveMessage));
  port.start();
  port.postMessage("join");
  window.addEventListener("pagehide", () => port.postMessage("leave"));
  window.addEventListener("pageshow", (event) => { if (event.persisted) port.postMessage("join"); });
}

/** Opens the stream of changes. After a break everything in the cache is asked again, for changes may have been missed. */
export function connectLive(): void {
  if (is_connected) return;
  is_connected = true;
  if (typeof SharedWorker !== "undefined") {
    connectShared();
    return;
  }
  const source = new EventSource("/api/v1/live");
  for (const type of ["open", "error", "change", "notice", "metadata"] as const) source.addEventListener(type, (event) => take({ type, data: (event as MessageEvent<string>).data }));
}
