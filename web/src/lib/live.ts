import { checkConnection } from "@web/lib/connection";
import { liveWorker } from "@web/lib/live-worker";
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

type LiveType = "hello" | "resync" | "error" | "change" | "notice" | "metadata";
const kTypes: readonly LiveType[] = ["hello", "resync", "error", "change", "notice", "metadata"];

interface LiveMessage {
  type: LiveType;
  data?: string | undefined;
}

function parsed(data: string | undefined): unknown {
  try {
    return JSON.parse(data ?? "");
  } catch {
    // A line that cannot be read is no reason to stop listening.
    return null;
  }
}

/** The stream stands. The first one begins where the first read stood; after a break changes may have been missed. */
function greet(data: string | undefined): void {
  if (was_open) void query_client.invalidateQueries();
  else if (query_client.getQueryData(["notices"])) void query_client.invalidateQueries({ queryKey: ["notices"] });
  was_open = true;
  const version = (parsed(data) as { metadata_version?: number } | null)?.metadata_version;
  const known = query_client.getQueryData<{ version: number }>(["metadata"])?.version;
  if (version !== undefined && known !== undefined && version !== known) void query_client.invalidateQueries({ queryKey: ["metadata"] });
}

function take({ type, data }: LiveMessage): void {
  if (type === "error") checkConnection();
  else if (type === "notice") void query_client.invalidateQueries({ queryKey: ["notices"] });
  else if (type === "metadata") void query_client.invalidateQueries({ queryKey: ["metadata"] });
  else if (type === "resync") void query_client.invalidateQueries();
  else if (type === "hello") greet(data);
  else {
    const change = parsed(data) as Change | null;
    if (change) announce(change);
  }
}

/** One stream for all tabs, in a worker that they share. */
function connectShared(port: MessagePort, after: string | undefined): void {
  port.addEventListener("message", (event) => take(event.data as LiveMessage));
  port.start();
  port.postMessage({ type: "join", after });
  window.addEventListener("pagehide", () => port.postMessage({ type: "leave" }));
  window.addEventListener("pageshow", (event) => { if (event.persisted) port.postMessage({ type: "join" }); });
}

/**
 * Opens the stream of changes committed since `after`, the position that came with the session, before all other reads.
 * After a break everything in the cache is asked again, for changes may have been missed.
 */
export function connectLive(after: string | undefined): void {
  if (is_connected) return;
  is_connected = true;
  const worker = liveWorker();
  if (worker) {
    connectShared(worker, after);
    return;
  }
  const source = new EventSource(after ? `/api/v1/live?after=${encodeURIComponent(after)}` : "/api/v1/live");
  for (const type of kTypes) source.addEventListener(type, (event) => take({ type, data: (event as MessageEvent<string>).data }));
}
