// One stream of changes for all tabs: browsers open six connections to a server, and a stream in every tab would use them up.
// A tab says "listen" before it reads anything and "join" with the position of its first read: nothing that is committed between is missed.
const kAskAgain_ms = 10000;
const ports = new Set();
let source = null;
let timer = 0;

function tell(message) {
  for (const port of ports) port.postMessage(message);
}

function connect(after) {
  clearTimeout(timer);
  if (source && source.readyState !== EventSource.CLOSED) return;
  source = new EventSource(after ? `/api/v1/live?after=${encodeURIComponent(after)}` : "/api/v1/live");
  for (const type of ["hello", "resync", "change", "notice", "metadata"]) source.addEventListener(type, (event) => tell({ type, data: event.data }));
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
    ports.add(port);
    if (type === "listen") {
      warmFormats(language);
      return;
    }
    const is_open = source && source.readyState === EventSource.OPEN;
    connect(after);
    if (is_open) port.postMessage({ type: "hello" });
  });
  port.start();
});
