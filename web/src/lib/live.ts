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
let source: EventSource | undefined;
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

/** Opens the stream of changes. After a break everything in the cache is asked again, for changes may have been missed. */
export function connectLive(): void {
  if (source) return;
  source = new EventSource("/api/v1/live");
  source.addEventListener("open", () => {
    if (was_open) void query_client.invalidateQueries();
    was_open = true;
  });
  source.addEventListener("error", checkConnection);
  source.addEventListener("change", (event) => {
    try {
      announce(JSON.parse((event as MessageEvent<string>).data) as Change);
    } catch {
      // A line that cannot be read is no reason to stop listening.
    }
  });
  source.addEventListener("notice", () => void query_client.invalidateQueries({ queryKey: ["notices"] }));
  source.addEventListener("metadata", () => void query_client.invalidateQueries({ queryKey: ["metadata"] }));
}

export function disconnectLive(): void {
  source?.close();
  source = undefined;
}
