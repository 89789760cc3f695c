"""A fresh data folder with its server, and HTTP calls to it."""
import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import time

PASSWORD = "a long first password 42"


class Server:
    """`with Server(folder, database_address or None)`: initialised and serving inside, stopped outside."""

    def __init__(self, folder, address):
        self.folder, self.address, self.program = folder, address, os.environ.get("MATVEY_PROGRAM", "build/matvey")
        self.data = os.path.join(folder, "data")
        self.log = open(os.path.join(folder, "log"), "w+", encoding="utf-8")
        self.process, self.keys = None, {}

    def __enter__(self):
        password = os.path.join(self.folder, "password")
        with open(password, "w", encoding="utf-8") as stream:
            stream.write(PASSWORD + "\n")
        command = ["init", "--data", self.data, "--admin-email", "admin@example.com", "--admin-password-file", password]
        self.command(*command, *(["--database", self.address] if self.address else []))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen([self.program, "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}"],
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        try:
            self.wait_until_healthy()
            self.make_key("admin", "admin@example.com")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def wait_until_healthy(self):
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                if self.call("GET", "/health", None, None)[0] == 200:
                    return
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the program does not serve:\n" + self.log_tail())
            time.sleep(0.03)  # between two questions, not for a result

    def log_tail(self):
        self.log.flush()
        with open(self.log.name, encoding="utf-8", errors="replace") as stream:
            return stream.read()[-3000:]

    def command(self, *arguments):
        done = subprocess.run([self.program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise RuntimeError(f"matvey {' '.join(arguments)} ended with {done.returncode}: {done.stderr[-2000:]}{done.stdout[-500:]}")
        return done.stdout

    def make_key(self, name, email):
        """Beside the running server, through its socket."""
        self.keys[name] = self.command("api-key", "create", "--data", self.data, "--user", email).strip().splitlines()[-1]

    def call(self, method, path, body, caller, headers=None):
        """(status, headers, body) — body parsed where it is JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            sent = {"Content-Type": "application/json", **(headers or {})}
            if caller is not None:
                sent["Authorization"] = "Bearer " + self.keys[caller]
            data = None if body is None else (body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode())
            connection.request(method, path, body=data, headers=sent)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
            try:
                parsed = json.loads(text) if text else None
            except ValueError:
                parsed = text
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, parsed
        finally:
            connection.close()

    def stop(self):
        """Stops the server; what was wrong with its end, or None."""
        if self.process is None:
            return None
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = "no end within 60 s"
        self.process = None
        tail = self.log_tail()
        if status != 0:
            return f"ended with {status}\n{tail}"
        errors = [line for line in tail.splitlines() if '"level":"error"' in line]
        return "errors in the log\n" + "\n".join(errors) if errors else None
