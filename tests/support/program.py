"""Starts the built program for tests: data folders, servers, commands, requests. Python's standard library only.

Everything that is started here is stopped by close(); every folder is temporary. Addresses of databases come from databases.py.
"""
import http.client
import json
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse
import uuid

PASSWORD = "correct horse battery staple"
ADMIN = "admin@example.com"


def program():
    return os.path.abspath(os.environ.get("MATVEY_PROGRAM", "build/matvey"))


def environment(extra=None):
    """A clean environment: Russian texts unless a test says otherwise, no settings from outside."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MATVEY_") and key not in ("LANG", "LC_ALL", "LC_MESSAGES")}
    return {**kept, **(extra or {})}


class Answer:
    """One response; `body` is the parsed JSON, or None."""

    def __init__(self, status, headers, content):
        self.status = status
        self.headers = headers
        self.content = content
        try:
            self.body = json.loads(content) if content else None
        except ValueError:
            self.body = None

    @property
    def text(self):
        return self.content.decode("utf-8", "replace")

    def __repr__(self):
        return f"<{self.status} {self.text[:600]}>"


class Client:
    """One caller on one kept connection; not for several threads at once."""

    def __init__(self, server, key=None, cookie=None, csrf=None, language=None):
        self.server, self.key, self.cookie, self.csrf, self.language = server, key, cookie, csrf, language
        self.connection = None

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def request(self, method, path, body=None, headers=None, timeout=60):
        """`body`: None, bytes as they are, or a value sent as JSON. A path without /api/v1 in front gets it."""
        sent = {"Accept-Language": self.language or "en"}
        if self.key:
            sent["Authorization"] = "Bearer " + self.key
        if self.cookie:
            sent["Cookie"] = self.cookie
        if self.csrf and method not in ("GET", "HEAD"):
            sent["X-CSRF-Token"] = self.csrf
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
        if body is not None:
            sent["Content-Type"] = "application/json"
        sent.update(headers or {})
        full = path if path.startswith(("/api/", "/health", "/metrics")) or path == "/" else "/api/v1" + path
        full = urllib.parse.quote(full, safe="/:?&=%+,;@!$'()*~-._[]{}\"<>|^`")
        full = full.replace(" ", "%20")
        for attempt in (1, 2):
            fresh = self.connection is None
            if fresh:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=timeout)
            try:
                self.connection.request(method, full, body=body, headers=sent)
                response = self.connection.getresponse()
                content = response.read()
                if response.will_close:
                    self.close()
                return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self.close()
                # A kept connection that the server closed meanwhile; a request that may have been taken is not repeated.
                if fresh or attempt == 2 or method not in ("GET", "HEAD"):
                    raise
            except Exception:
                self.close()
                raise

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, body, **options)

    def patch(self, path, body=None, **options):
        return self.request("PATCH", path, body, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)

    def must(self, method, path, body=None, status=(200, 201, 202, 204), **options):
        """The parsed body of a request that has to succeed."""
        answer = self.request(method, path, body, **options)
        if answer.status not in (status if isinstance(status, tuple) else (status,)):
            raise AssertionError(f"{method} {path}: {answer.status} {answer.text[:800]}")
        return answer.body


def run_command(*arguments, input=None, env=None, timeout=120):
    """Runs the program to its end."""
    feed = {"input": input} if input is not None else {"stdin": subprocess.DEVNULL}
    return subprocess.run([program(), *map(str, arguments)], capture_output=True, text=True, env=environment(env), timeout=timeout, **feed)


class Folder:
    """A data folder made by `matvey init`; its server may be started many times."""

    def __init__(self, database=None, init=True, arguments=()):
        self.place = tempfile.mkdtemp(prefix="matvey-tests.")
        self.data = os.path.join(self.place, "data")
        self.database = database
        self.password_file = os.path.join(self.place, "password")
        with open(self.password_file, "w", encoding="utf-8") as stream:
            stream.write(PASSWORD + "\n")
        if init:
            done = self.command("init", "--admin-email", ADMIN, "--admin-password-file", self.password_file,
                                *(("--database", database) if database else ()), *arguments)
            if done.returncode != 0:
                raise AssertionError(f"init ended with {done.returncode}: {done.stdout}{done.stderr}")

    def command(self, name, *arguments, **options):
        return run_command(name, "--data", self.data, *arguments, **options)

    def close(self):
        shutil.rmtree(self.place, ignore_errors=True)


class Server:
    """A running `matvey serve` on a free port; its log stands in `log_path`, whole over restarts."""

    def __init__(self, folder, env=None, arguments=(), wrapper=()):
        self.folder = folder
        self.env, self.arguments, self.wrapper = env or {}, tuple(arguments), tuple(wrapper)
        self.log_path = os.path.join(folder.place, f"serve-{uuid.uuid4().hex[:6]}.log")
        self.process = None
        self.port = 0
        self.start()

    def start(self, timeout=60):
        self.log = open(self.log_path, "ab")
        self.process = subprocess.Popen([*self.wrapper, program(), "serve", "--data", self.folder.data,
                                         *(() if "--listen" in self.arguments else ("--listen", "127.0.0.1:0")), *self.arguments],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, env=environment(self.env))
        lines = queue.Queue()
        threading.Thread(target=self._read, args=(self.process, lines), daemon=True).start()
        end = time.monotonic() + timeout
        while True:
            try:
                line = lines.get(timeout=max(0.1, end - time.monotonic()))
            except queue.Empty:
                self.kill()
                raise AssertionError(f"serve did not say its address within {timeout} s: {self.read_log()[-2000:]}") from None
            if line is None:
                code = self.process.wait()
                raise AssertionError(f"serve ended with {code}: {self.read_log()[-2000:]}")
            found = re.search(r"https?://[^\s:]+:(\d+)", line)
            if found:
                self.port = int(found.group(1))
                return self

    @staticmethod
    def _read(process, lines):
        for line in process.stdout:
            lines.put(line.decode("utf-8", "replace"))
        lines.put(None)

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def read_log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as stream:
            return stream.read()

    def faults(self):
        """Lines that no test may leave behind: errors of ours and reports of sanitizers."""
        bad = ("internal_error", "ERROR: AddressSanitizer", "runtime error:", "WARNING: ThreadSanitizer", "terminate called")
        return [line for line in self.read_log().splitlines() if any(word in line for word in bad)]

    def client(self, **options):
        return Client(self, **options)

    def sign_in(self, email=ADMIN, password=PASSWORD):
        client = Client(self)
        answer = client.post("/session", {"email": email, "password": password})
        if answer.status != 200:
            raise AssertionError(f"sign-in of {email}: {answer}")
        client.cookie = answer.headers["set-cookie"].split(";")[0]
        client.csrf = answer.body["csrf"]
        return client

    def admin(self):
        """A caller by an API key of the administrator."""
        if not hasattr(self, "admin_key"):
            session = self.sign_in()
            self.admin_key = session.must("POST", "/api-keys", {"name": "tests"})["key"]
            session.close()
        return Client(self, key=self.admin_key)

    def stop(self, timeout=30):
        """Asks the server to end; its exit code."""
        if not self.is_running:
            return None if self.process is None else self.process.returncode
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"serve did not stop within {timeout} s: {self.read_log()[-2000:]}") from None
        self.log.close()
        return code

    def kill(self):
        if self.is_running:
            self.process.kill()
        if self.process is not None:
            self.process.wait()
        self.log.close()

    def restart(self):
        self.kill()
        return self.start()


def wait_until(condition, what, timeout=30):
    """Asks again until the condition gives something true, and returns that."""
    end = time.monotonic() + timeout
    pause = 0.005
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {timeout} s: {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.2)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
