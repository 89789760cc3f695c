"""The base that is measured and the callers who ask."""
import os
import random
import shutil
import subprocess
import time

from harness import CAN_PIN, ROOT, Raw, Server, command, note, pinned

EMAIL, PASSWORD = "admin@example.com", "bench-password-1"


def fill(folder, options, database=""):
    data = os.path.join(folder, "data")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "password"), "w") as out:
        out.write(PASSWORD + "\n")
    started = time.time()
    words = ["--database", database] if database else []
    command("init", "--data", data, "--admin-email", EMAIL, "--admin-password-file", os.path.join(folder, "password"), *words)
    command("demo", "--data", data, "--clients", str(options.clients), "--deals", str(options.deals), "--activities", str(options.activities),
            "--seed", "7", "--as-of", "2026-11-01")
    with open(os.path.join(folder, "made"), "w") as out:
        out.write(str(time.time() - started))
    note(f"base of {options.clients} clients made in {time.time() - started:.0f} s")


class SqliteBase:
    """A copy of the base below build/bench (or MATVEY_BENCH_BASE, which is only read)."""
    name = "sqlite"

    def __init__(self, options, scratch):
        folder = options.base or os.path.join(ROOT, "build", "bench", f"base-{options.clients}-{options.deals}-{options.activities}")
        if not os.path.exists(os.path.join(folder, "made")):
            if options.base:
                raise SystemExit(f"{folder} holds no finished base (no file 'made')")
            shutil.rmtree(folder, ignore_errors=True)
            fill(folder, options)
        self.is_copy = not options.in_place
        self.data = os.path.join(scratch if self.is_copy else folder, "data")
        if self.is_copy:
            # a socket that a killed program left is not copied
            shutil.copytree(os.path.join(folder, "data"), self.data, ignore=shutil.ignore_patterns("*.sock"))
        self.raw = Raw(os.path.join(self.data, "matvey.db"))

    def close(self):
        if self.is_copy:
            shutil.rmtree(self.data, ignore_errors=True)


class PostgresBase:
    """A database of a private cluster below build/bench; each run measures a copy made from a template."""
    name = "postgres"

    def __init__(self, options, scratch):
        self.cluster = os.path.join(ROOT, "build", "bench", f"postgres-{options.clients}-{options.deals}-{options.activities}")
        self.tool = os.path.join(ROOT, "tools", "test-postgres")
        made = os.path.join(self.cluster, "base", "made")
        if not os.path.exists(made):
            shutil.rmtree(self.cluster, ignore_errors=True)
        self.server_address = self.start()
        if not os.path.exists(made):
            self.sql(self.server_address, "CREATE DATABASE bench_base")
            fill(os.path.join(self.cluster, "base"), options, self.address("bench_base"))
            self.sql(self.address("bench_base"), "VACUUM ANALYZE")
        self.sql(self.server_address, "DROP DATABASE IF EXISTS bench_run")
        self.sql(self.server_address, "CREATE DATABASE bench_run TEMPLATE bench_base")
        self.data = os.path.join(scratch, "data")
        shutil.copytree(os.path.join(self.cluster, "base", "data"), self.data)
        with open(os.path.join(self.data, "matvey.toml")) as file:
            text = file.read()
        with open(os.path.join(self.data, "matvey.toml"), "w") as file:
            file.write(text.replace("/bench_base", "/bench_run"))
        self.sql(self.address("bench_run"), "VACUUM ANALYZE")
        self.raw = Raw(self.address("bench_run"), "postgres")

    def start(self):
        words = subprocess.run([*pinned("database", "postgres"), self.tool, "start", self.cluster], check=True, capture_output=True, text=True)
        return words.stdout.strip().splitlines()[-1]

    def address(self, name):
        return self.server_address.replace("/postgres?", f"/{name}?")

    @staticmethod
    def sql(address, text):
        subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", address, "-c", text], check=True, capture_output=True)

    def close(self):
        with open(os.path.join(self.cluster, "data", "postmaster.pid")) as file:
            process = int(file.readline())
        os.kill(process, 2)  # the fast shutdown of PostgreSQL; the tool's own "stop" removes the folder
        shutil.rmtree(self.data, ignore_errors=True)


ENTITIES = ["company", "contact", "deal", "lead", "task", "call", "meeting", "note"]


class Callers:
    """Administrator; owner of about 0.2 % of the clients, who sees his own; head of a department tree with shares and a deputy."""

    def __init__(self, server, raw, data, clients):
        self.names = {"administrator": 0, "owner": 0, "head": 0}
        key = lambda email: command("api-key", "create", "--data", data, "--user", email).strip().splitlines()[-1]
        admin = key(EMAIL)
        self.keys = {"administrator": admin}
        groups = raw.rows("SELECT owner, count(*) AS count FROM company WHERE deleted_at IS NULL AND owner IS NOT NULL GROUP BY owner")
        self.owners = {group["owner"]: group["count"] for group in groups}
        owner = min(self.owners, key=lambda each: abs(self.owners[each] - clients * 0.002))
        departments = server.call(admin, "GET", "/api/v1/departments?limit=1000&fields=name,head,parent")["items"]
        children = {}
        for department in departments:
            if department["parent"]:
                children.setdefault(department["parent"]["id"], []).append(department["id"])
        tree = max((d for d in departments if d["head"] and d["head"]["id"] != owner), key=lambda d: len(children.get(d["id"], [])))
        inside, open_ones = set(), [tree["id"]]
        while open_ones:
            each = open_ones.pop()
            inside.add(each)
            open_ones += children.get(each, [])
        users = {u["id"]: u for u in server.call(admin, "GET", "/api/v1/users?limit=1000&fields=email,department")["items"]}
        head = tree["head"]["id"]
        self.names.update({"owner": owner, "head": head})
        self.tree_owners = sorted(u["id"] for u in users.values() if u["department"] and u["department"]["id"] in inside)
        for name, user, scope in (("owner", owner, "own"), ("head", head, "tree")):
            rights = {e: {action: scope for action in ("read", "create", "update")} for e in ENTITIES}
            rights.update({e: {"read": "all"} for e in ("stage", "pipeline")})
            role = server.call(admin, "POST", "/api/v1/roles?on_duplicate=create", {"name": f"bench {name} {time.time()}", "rights": rights})
            server.call(admin, "PATCH", f"/api/v1/users/{user}", {"roles": [role["id"]]})
            self.keys[name] = key(users[user]["email"])
        outside = [u for u in users if u not in self.tree_owners and u not in (owner, head) and u in self.owners]
        if outside:
            server.call(admin, "POST", "/api/v1/deputies", {"user": outside[0], "substitute": head, "starts_on": "2026-01-01", "ends_on": "2099-01-01"})
            self.tree_owners = sorted({*self.tree_owners, outside[0]})
        pick = random.Random(5)
        for _ in range(200):
            server.call(admin, "POST", f"/api/v1/companies/{pick.randint(1, clients)}/shares", {"user": head, "level": "read"})
        seen = {"owner": self.owners[owner], "head": sum(self.owners.get(each, 0) for each in self.tree_owners)}
        note(f"the owner has {seen['owner']} of {clients} clients, the tree of the head {seen['head']} by {len(self.tree_owners)} people")
