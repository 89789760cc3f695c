// One stream of changes for all tabs: browsers open six connections to a server, and a stream in every tab would use them up.
// A tab says "listen" before it reads anything and "join" with the position of its first read: nothing that is committed between is missed.
const kAskAgain_ms = 10000;
/** Where the stream stood when a tab began to listen. */
const ports = new Map();
let source = null;
let timer = 0;
let position = "";
let metadata_version;

function tell(message) {
  for (const port of ports.keys()) port.postMessage(message);
}

function isAfter(one, other) {
  const [transaction, sequence] = one.split(".").map(Number);
  const [other_transaction, other_sequence] = other.split(".").map(Number);
  return transaction === other_transaction ? sequence > other_sequence : transaction > other_transaction;
}

function connect(after) {
  clearTimeout(timer);
  if (source && source.readyState !== EventSource.CLOSED) return;
  position = after ?? position;
  source = new EventSource(position ? `/api/v1/live?after=${encodeURIComponent(position)}` : "/api/v1/live");
  for (const type of ["hello", "resync", "change", "notice", "metadata"]) {
    source.addEventListener(type, (event) => {
      position = event.lastEventId || position;
      if (type === "hello") metadata_version = JSON.parse(event.data).metadata_version;
      if (type === "metadata") metadata_version = JSON.parse(event.data).version;
      tell({ type, data: event.data });
    });
  }
  source.addEventListener("error", () => {
    tell({ type: "error" });
    // A lost connection is tried again by the browser; a refusal is final for it, but not for us.
    if (source.readyState === EventSource.CLOSED && ports.size > 0) timer = setTimeout(connect, kAskAgain_ms);
  });
}

function warmFormats(language) {
  new Intl.NumberFormat(language).format(1.5);
  new Intl.DateTimeFormat(language, { timeZone: "UTC", year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" }).format();
}

self.addEventListener("connect", (event) => {
  const port = event.ports[0];
  port.addEventListener("message", ({ data: { type, after, language } }) => {
    if (type === "leave") {
      ports.delete(port);
      if (ports.size === 0 && source) source.close();
      return;
    }
    if (!ports.has(port)) ports.set(port, position);
    if (type === "listen") {
      warmFormats(language);
      return;
    }
    const is_open = source && source.readyState === EventSource.OPEN;
    connect(after);
    if (!is_open) return;
    port.postMessage({ type: "hello", data: JSON.stringify({ metadata_version }) });
    // Told to the others after this tab had read and before it listened.
    if (after && isAfter(ports.get(port), after)) port.postMessage({ type: "resync" });
  });
  port.start();
});
