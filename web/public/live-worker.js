// One stream of changes for all tabs: browsers open six connections to a server, and a stream in every tab would use them up.
const kAskAgain_ms = 10000;
const ports = new Set();
let source = null;
let timer = 0;

function tell(message) {
  for (const port of ports) port.postMessage(message);
}

function connect() {
  clearTimeout(timer);
  if (source && source.readyState !== EventSource.CLOSED) return;
  source = new EventSource("/api/v1/live");
  source.addEventListener("open", () => tell({ type: "open" }));
  for (const type of ["change", "notice", "metadata"]) source.addEventListener(type, (event) => tell({ type, data: event.data }));
  source.addEventListener("error", () => {
    tell({ type: "error" });
    // A lost connection is tried again by the browser; a refusal is final for it, but not for us.
    if (source.readyState === EventSource.CLOSED && ports.size > 0) timer = setTimeout(connect, kAskAgain_ms);
  });
}

self.addEventListener("connect", (event) => {
  const port = event.ports[0];
  port.addEventListener("message", ({ data }) => {
    if (data === "leave") {
      ports.delete(port);
      if (ports.size === 0 && source) source.close();
      return;
    }
    ports.add(port);
    const is_open = source && source.readyState === EventSource.OPEN;
    connect();
    if (is_open) port.postMessage({ type: "open" });
  });
  port.start();
});
