"""Reads live updates (/live, server-sent events) of one caller."""
import http.client
import json
import threading


class Live:
    """One stream on a connection of its own. `is_open` after the greeting."""

    def __init__(self, server, client, after=""):
        self.is_open = False
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        self.connection.request("GET", f"/api/v1/live?after={after}", headers={"Authorization": "Bearer " + client.key, "Accept": "text/event-stream"})
        self.response = self.connection.getresponse()
        self.changes, self.lock = [], threading.Lock()
        if self.response.status == 200:
            threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        event = None
        try:
            for line in self.response:
                text = line.decode().rstrip("\r\n")
                if text.startswith("event:"):
                    event = text[6:].strip()
                    self.is_open = True
                elif text.startswith("data:") and event == "change":
                    with self.lock:
                        self.changes.append(json.loads(text[5:]))
        except Exception:  # closed
            return

    def seen(self):
        with self.lock:
            return list(self.changes)

    def close(self):
        try:
            self.connection.sock.shutdown(2)
        except (OSError, AttributeError):
            pass
        self.connection.close()
