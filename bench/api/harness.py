"""Server under load, wrk, the raw engine and the lines of figures."""
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("MATVEY_PROGRAM", os.path.join(ROOT, "build", "matvey"))
RAW_PROGRAM = os.environ.get("MATVEY_RAW_BENCH", os.path.join(ROOT, "build", "raw_bench"))
CONNECTIONS = 64
PROCESSORS = os.cpu_count() or 1
CAN_PIN = PROCESSORS >= 4 and shutil.which("taskset") is not None


def pinned(role, database="sqlite"):
    """taskset words for "server", "load" or "database": each has processors of its own where there are four."""
    if not CAN_PIN:
        return []
    if role == "server":
        return ["taskset", "-c", "0,1"]
    if database == "sqlite":
        return ["taskset", "-c", "2,3"]
    if PROCESSORS >= 6:
        return ["taskset", "-c", "2,3" if role == "database" else "4,5"]
    return ["taskset", "-c", "2" if role == "database" else "3"]


def quote(text):
    return urllib.parse.quote(text)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(*words, **options):
    return subprocess.run([PROGRAM, *words], check=True, capture_output=True, text=True, **options).stdout


class Refused(Exception):
    def __init__(self, status, body):
        super().__init__(f"{status}: {body[:300]}")
        self.status, self.body = status, body


class Server:
    def __init__(self, data, database="sqlite"):
        self.database = database
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        begun = time.time()
        self.process = subprocess.Popen(
            [*pinned("server", database), PROGRAM, "serve", "--data", data, "--listen", f"127.0.0.1:{self.port}", "--log.level=error"],
            stdout=subprocess.DEVNULL, stderr=None if os.environ.get("MATVEY_BENCH_LOG") else subprocess.DEVNULL)
        self.links = {}
        for _ in range(12000):
            try:
                urllib.request.urlopen(self.base + "/health", timeout=1).read()
                self.start_ms = (time.time() - begun) * 1000
                return
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit("the server ended while it started") from None
                time.sleep(0.005)
        raise SystemExit("the server did not start")

    def ask(self, key, method, path, body=None, thread=0):
        """Status and text of the answer, over a connection that is kept."""
        link = self.links.get(thread)
        if link is None:
            link = self.links[thread] = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            link.connect()
            link.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        text = None if body is None else body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        try:
            link.request(method, path, None if text is None else text.encode(), {"Authorization": "Bearer " + key, "Content-Type": "application/json"})
            answer = link.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):  # idle for too long; reads only are asked over kept connections that rest
            self.links.pop(thread).close()
            if method != "GET":
                raise
            return self.ask(key, method, path, body, thread)
        return answer.status, answer.read()

    def call(self, key, method, path, body=None, thread=0):
        status, text = self.ask(key, method, path, body, thread)
        if status >= 400:
            raise Refused(status, text.decode())
        return json.loads(text) if text else None

    def rss_anon_mb(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            for line in status:
                if line.startswith("RssAnon"):
                    return int(line.split()[1]) / 1024
        return None

    def processor_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            words = stat.read().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def settle(self):
        """Waits until the server has worked off what a load that went away left in its queue."""
        for _ in range(150):
            before = self.processor_seconds()
            time.sleep(0.1)
            if self.processor_seconds() - before < 0.03:
                return

    def stop(self):
        for link in self.links.values():
            link.close()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def lua_text(text):
    return '"' + "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else "\\%03d" % b for b in text.encode()) + '"'


LUA = """
local at, bad = 0, 0
init = function() math.randomseed(os.time() + tonumber(tostring({}):match('0x(%%x+)'), 16) %% 100000) at = math.random(#list) end
request = function() at = at %% #list + 1 local r = list[at] return wrk.format(r[1], r[2], headers, r[3]) end
%s
done = function(summary, latency)
  io.write(string.format('RESULT %%d %%d %%f %%f %%f %%f\\n', summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    summary.errors.status, summary.errors.timeout + summary.errors.read + summary.errors.write + summary.errors.connect))
end
"""


def wrk(server, key, seconds, requests, connections=CONNECTIONS, a_second=None):
    """requests: (method, path, body text or None) in turn from a random start. `a_second`: the connections pause so that
    about so many are asked, instead of each asking again at once."""
    pause = ""
    if a_second is not None:
        pause = "delay = function() return math.random() * %d end" % (2000 * connections // a_second)
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "requests.lua")
        with open(script, "w") as out:
            out.write("local list = {\n")
            for method, path, body in requests:
                out.write(f"  {{{lua_text(method)}, {lua_text(path)}, {'nil' if body is None else lua_text(body)}}},\n")
            out.write("}\nlocal headers = {['Authorization'] = 'Bearer %s', ['Content-Type'] = 'application/json'}\n" % key)
            out.write(LUA % pause)
        threads = 1 if len(pinned("load", server.database)) and "," not in pinned("load", server.database)[2] else 2
        text = subprocess.run([*pinned("load", server.database), "wrk", f"-t{min(threads, connections)}", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s",
                               "-s", script, server.base], capture_output=True, text=True, check=True).stdout
    server.settle()
    for line in text.splitlines():
        if line.startswith("RESULT"):
            count, micros, p50, p99, refused, broken = (float(word) for word in line.split()[1:])
            return {"rate": count / (micros / 1e6), "p50_ms": p50 / 1000, "p99_ms": p99 / 1000, "errors": int(refused + broken)}
    raise SystemExit("wrk said nothing:\n" + text)


class Raw:
    """The raw engine on the same database (raw_bench)."""

    def __init__(self, address, database="sqlite"):
        self.address, self.database = address, database

    def run(self, mode, statements, requests, threads=2, seconds=2):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as out:
            json.dump({"address": self.address, "mode": mode, "threads": threads, "seconds": seconds, "statements": statements, "requests": requests}, out,
                      ensure_ascii=False)
            out.flush()
            done = subprocess.run([*pinned("server", self.database), RAW_PROGRAM, out.name], capture_output=True, text=True)
            if done.returncode != 0:
                raise SystemExit(done.stderr or f"raw_bench ended with {done.returncode}")
            return done.stdout

    def rate(self, mode, statements, requests, threads=2, seconds=2):
        return json.loads(self.run(mode, statements, requests, threads, seconds))

    def rows(self, sql, *values):
        return json.loads(self.run("print", [sql], [[[0, *values]]]))["items"]

    def list_sql(self, parameter):
        return f"IN (SELECT value FROM json_each(${parameter}))" if self.database == "sqlite" else f"= ANY(${parameter}::bigint[])"

    def list_value(self, values):
        text = ",".join(str(value) for value in values)
        return f"[{text}]" if self.database == "sqlite" else "{" + text + "}"


class Report:
    def __init__(self, as_json, database):
        self.as_json, self.database = as_json, database

    def line(self, name, value, unit, better, limit=None, **more):
        ok = None if limit is None else (value >= limit if better == "higher" else value <= limit)
        ok = more.pop("ok", ok) if ok is not False else False
        line = {"name": name, "value": round(value, 3), "unit": unit, "better": better, "limit": limit, "raw": None, "ratio_to_raw": None, "p50_ms": None,
                "p99_ms": None, "rssanon_mb": None, "db": self.database, "ok": ok, **more}
        if PROCESSORS < 4 and limit is not None:
            line["ok"], line["why"] = None, "fewer than four processors: server and load share them"
        if self.as_json:
            print(json.dumps(line, ensure_ascii=False), flush=True)
            return
        words = [f"{line['name']:62} {line['value']:10.1f} {unit:7}"]
        words.append("" if limit is None else f"limit {limit:g}")
        for key, label in (("raw", "raw"), ("ratio_to_raw", "ratio"), ("p50_ms", "p50"), ("p99_ms", "p99"), ("rssanon_mb", "MB")):
            if line[key] is not None:
                words.append(f"{label} {line[key]:g}")
        for key in ("errors", "note", "why", "worst"):
            if line.get(key):
                words.append(f"{key}: {line[key]}")
        words.append({True: "ok", False: "MISSED", None: ""}[line["ok"]])
        print("  ".join(words), flush=True)


def note(text):
    print(text, file=sys.stderr, flush=True)
