"""Reads and runs scenario files. The language is described in tests/scenarios/README.md."""
import json
import random
import re
import string
import threading

from program import PASSWORD, Client, wait_until
from results import Skip

METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE", "HEAD")
REQUEST = re.compile(r"^(eventually )?(%s) (/.*?)(?:\s+([{\[].*))?$" % "|".join(METHODS))
CHECK = re.compile(r"^(\S+) (==|!=|>=|<=|>|<|contains|lacks|size|matches|present|absent)\s*(.*)$")


class Scenario:
    def __init__(self, file, line, name):
        self.file, self.line, self.name = file, line, name
        self.steps = []


def read(path):
    """The scenarios of one file; a fault in the file is a ValueError that names the line."""
    scenarios, step = [], None
    with open(path, encoding="utf-8") as stream:
        lines = stream.read().splitlines()
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("scenario "):
            scenarios.append(Scenario(path, number, text[len("scenario "):]))
            step = None
            continue
        if not scenarios:
            raise ValueError(f"{path}:{number}: nothing may stand before the first scenario")
        found = REQUEST.match(text)
        if found and not line[0].isspace():
            step = {"kind": "request", "line": number, "eventually": bool(found.group(1)), "method": found.group(2), "path": found.group(3),
                    "body": found.group(4) or "", "headers": {}, "status": None, "checks": []}
            scenarios[-1].steps.append(step)
        elif not line[0].isspace() and re.match(r"^[a-z]", text):
            step = None
            scenarios[-1].steps.append({"kind": "set", "line": number, "words": text})
        elif step is None:
            raise ValueError(f"{path}:{number}: not understood: {text}")
        elif text.startswith("= "):
            step["status"] = int(text[2:])
        elif step["status"] is not None:
            step["checks"].append((number, text))
        elif text.startswith("@"):
            name, _, value = text[1:].partition(":")
            step["headers"][name.strip()] = value.strip()
        else:
            step["body"] += " " + text
    for scenario in scenarios:
        for step in scenario.steps:
            if step["kind"] == "request" and step["status"] is None:
                raise ValueError(f"{path}:{step['line']}: the request has no expected status")
    return scenarios


def at(value, path):
    """(found, value) of a path such as items[0].name, items[*].id, items[key=x].label; '.' is the whole."""
    if path == ".":
        return True, value
    for part in re.findall(r"[^.\[\]]+|\[[^\]]*\]", path):
        if part == "[*]":
            rest = path[path.index("[*]") + 3:].lstrip(".")
            if not isinstance(value, list):
                return False, None
            return True, [found for ok, found in (at(item, rest or ".") for item in value) if ok]
        if part.startswith("["):
            inner = part[1:-1]
            if "=" in inner:
                key, _, wanted = inner.partition("=")
                fitting = [item for item in value if str(at(item, key)[1]) == wanted] if isinstance(value, list) else []
                if not fitting:
                    return False, None
                value = fitting[0]
            else:
                if not isinstance(value, list) or not -len(value) <= int(inner) < len(value):
                    return False, None
                value = value[int(inner)]
        else:
            if not isinstance(value, dict) or part not in value:
                return False, None
            value = value[part]
    return True, value


def compare(found, value, operator, wanted, line):
    """None when the check holds, else why not."""
    shown = json.dumps(value, ensure_ascii=False)[:400]
    if operator == "present":
        return None if found else "is absent"
    if operator == "absent":
        return None if not found else f"is there: {shown}"
    if not found:
        return "is absent"
    if operator == "matches":
        return None if isinstance(value, str) and re.search(wanted, value) else f"is {shown}"
    wanted = json.loads(wanted)
    holds = {
        "==": lambda: value == wanted and type(value) is type(wanted),
        "!=": lambda: value != wanted,
        ">": lambda: value > wanted, ">=": lambda: value >= wanted, "<": lambda: value < wanted, "<=": lambda: value <= wanted,
        "contains": lambda: wanted in value,
        "lacks": lambda: wanted not in value,
        "size": lambda: len(value) == wanted,
    }[operator]()
    return None if holds else f"is {shown}"


def valid_inn():
    digits = [random.randint(1, 9)] + [random.randint(0, 9) for _ in range(8)]
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    return "".join(map(str, digits)) + str(sum(a * b for a, b in zip(weights, digits)) % 11 % 10)


RUSSIAN = {"а": ("f", "a"), "б": (",", "b"), "в": ("d", "v"), "г": ("u", "g"), "д": ("l", "d"), "и": ("b", "i"), "к": ("r", "k"), "л": ("k", "l"),
           "м": ("v", "m"), "н": ("y", "n"), "о": ("j", "o"), "п": ("g", "p"), "р": ("h", "r"), "с": ("c", "s"), "т": ("n", "t"), "у": ("e", "u"), "ф": ("a", "f")}


def russian_word():
    """A word of its own, the keys that type it on a Latin keyboard, and its Latin spelling."""
    letters = [letter for _ in range(4) for letter in (random.choice("вгдклмнпрстф"), random.choice("аиоу"))]
    return "".join(letters), "".join(RUSSIAN[letter][0] for letter in letters), "".join(RUSSIAN[letter][1] for letter in letters)


class Run:
    """One scenario against one server. Each has names of its own, so that all of them may share a database at once."""

    roles_lock = threading.Lock()

    def __init__(self, scenario, server, kind):
        self.scenario, self.server, self.kind = scenario, server, kind
        self.admin = server.admin()
        self.clients = {"admin": self.admin, "nobody": Client(server)}
        self.caller = self.admin
        self.values = {"u": "".join(random.choices(string.ascii_lowercase, k=9)), "digits": "".join(random.choices(string.digits[1:], k=7)),
                       "inn": valid_inn(), "inn2": valid_inn(), "password": PASSWORD}
        self.values["ru"], self.values["ru_keys"], self.values["ru_latin"] = russian_word()
        self.mark = None

    def run(self):
        try:
            self.mark = self.position()
            for step in self.scenario.steps:
                try:
                    if step["kind"] == "request":
                        self.request(step)
                    else:
                        self.prepare(step["words"])
                except AssertionError as why:
                    raise AssertionError(f"{self.scenario.file}:{step['line']}: {why}") from None
        finally:
            for client in self.clients.values():
                client.close()

    def fill(self, text):
        def value(match):
            name = match.group(1) or match.group(2)
            if name not in self.values:
                raise AssertionError(f"${name} is not known")
            found = self.values[name]
            return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
        return re.sub(r"\$\{([a-z][a-z0-9_]*)\}|\$([a-z][a-z0-9_]*)", value, text)

    def position(self):
        position = ""
        while True:
            page = self.admin.must("GET", f"/events?limit=1000&after={position}")
            position = page["next"]
            if not page["more"]:
                return position

    # -- requests

    def request(self, step):
        body = self.fill(step["body"])
        headers = {name: self.fill(value) for name, value in step["headers"].items()}
        sent = body.encode() if body else None

        def once():
            return self.caller.request(step["method"], self.fill(step["path"]), sent, headers=headers)

        if step["eventually"]:
            last = []
            def fits():
                answer = once()
                last[:] = [self.faults(step, answer)]
                return not last[0]
            try:
                wait_until(fits, "", timeout=20)
            except AssertionError:
                raise AssertionError("not within 20 s: " + "; ".join(last[0])) from None
            return
        answer = once()
        jar = getattr(self.caller, "jar", None)
        if jar is not None and "set-cookie" in answer.headers:
            self.caller.cookie = answer.headers["set-cookie"].split(";")[0]
        faults = self.faults(step, answer)
        if faults:
            raise AssertionError("; ".join(faults) + f"\nanswer: {answer}")

    def faults(self, step, answer):
        if answer.status != step["status"]:
            return [f"status {answer.status} instead of {step['status']}"]
        faults = []
        for number, text in step["checks"]:
            fault = self.check(self.fill(text) if not text.startswith("$") else text, answer)
            if fault:
                faults.append(f"line {number}: {text}: {fault}")
        return faults

    def check(self, text, answer):
        kept = re.match(r"^\$([a-z][a-z0-9_]*) = (.+)$", text)
        if kept:
            found, value = at(answer.body, self.fill(kept.group(2)))
            if not found:
                return "is absent"
            self.values[kept.group(1)] = value
            return None
        if text.startswith("never "):
            return "the answer holds it" if text[6:] in answer.text else None
        if text.startswith("says "):
            return None if text[5:] in answer.text else "the answer does not hold it"
        if text.startswith("header "):
            name, _, wanted = text[7:].partition(" ")
            value = answer.headers.get(name.lower(), "")
            return None if wanted in value else f"is {value!r}"
        found = CHECK.match(text)
        if not found:
            return "is not a check"
        return compare(*at(answer.body, found.group(1)), found.group(2), found.group(3), text)

    # -- preparation

    def prepare(self, text):
        words = self.fill(text).split()
        verb = words[0]
        handler = getattr(self, "do_" + verb.replace("-", "_"), None)
        if handler is None:
            raise AssertionError(f"{verb} is not known")
        handler(words, self.fill(text))

    def do_as(self, words, text):
        if words[1] not in self.clients:
            raise AssertionError(f"nobody is called {words[1]}")
        self.caller = self.clients[words[1]]

    def do_role(self, words, text):
        """role NAME {"company": {"read": "own"}}"""
        rights = json.loads(text.split(None, 2)[2])
        made = self.admin.must("POST", "/roles", {"name": f"{words[1]} {self.values['u']}", "rights": rights})
        self.values[words[1]] = made["id"]

    def do_department(self, words, text):
        """department NAME [under NAME]"""
        values = {"name": f"{words[1]} {self.values['u']}"}
        if len(words) > 3:
            values["parent"] = self.values[words[3]]
        self.values[words[1]] = self.admin.must("POST", "/departments", values)["id"]

    def do_user(self, words, text):
        """user NAME [role R]... [department D] [head D] [zone Z] [language L] [password]"""
        name, roles, head = words[1], [], None
        values = {"name": name + " " + self.values["u"], "email": f"{name}.{self.values['u']}@example.com", "language": "en"}
        rest, password = words[2:], False
        while rest:
            option = rest.pop(0)
            if option == "password":
                password = True
            elif option == "role":
                roles.append(self.values[rest.pop(0)])
            elif option == "department":
                values["department"] = self.values[rest.pop(0)]
            elif option == "head":
                head = self.values[rest.pop(0)]
                values["department"] = head
            elif option == "zone":
                values["time_zone"] = rest.pop(0)
            elif option == "language":
                values["language"] = rest.pop(0)
            else:
                raise AssertionError(f"a user has no {option}")
        values["roles"] = roles
        made = self.admin.must("POST", "/users", values)
        self.values[name], self.values[name + "_email"], self.values[name + "_name"] = made["id"], values["email"], values["name"]
        if head is not None:
            self.admin.must("PATCH", f"/departments/{head}", {"head": made["id"]})
        if password:
            self.admin.must("POST", f"/users/{made['id']}/password", {"password": PASSWORD})
        key = self.admin.must("POST", "/api-keys", {"name": "scenario", "user": made["id"]})["key"]
        self.clients[name] = Client(self.server, key=key)

    def do_key(self, words, text):
        """key NAME of USER SCOPE..."""
        key = self.admin.must("POST", "/api-keys", {"name": words[1], "user": 1 if words[3] == "admin" else self.values[words[3]], "scopes": words[4:]})
        self.values[words[1] + "_id"] = key["id"]
        self.clients[words[1]] = Client(self.server, key=key["key"])

    def do_browser(self, words, text):
        """browser NAME: a caller without a key that keeps its cookies"""
        self.clients[words[1]] = Client(self.server)
        self.clients[words[1]].jar = True

    def do_let(self, words, text):
        """let NAME = JSON"""
        name, _, value = text[4:].partition("=")
        self.values[name.strip()] = json.loads(value)

    def do_many(self, words, text):
        """many PLURAL COUNT {"name": "N # $u"}: a batch of records; # is the number from 1 on, three digits"""
        template = text.split(None, 3)[3]
        items = [json.loads(template.replace("#", f"{i:03d}")) for i in range(1, int(words[2]) + 1)]
        results = self.caller.must("POST", f"/{words[1]}:batch", {"items": items, "on_duplicate": "create"})["results"]
        bad = [result for result in results if result["status"] != "created"]
        if bad:
            raise AssertionError(f"not created: {bad[:2]}")
        self.values["ids"] = [result["id"] for result in results]

    def do_needs(self, words, text):
        """needs ENTITY...: skipped where a module is left out of the build"""
        there = {entity["key"] for entity in self.admin.must("GET", "/metadata")["entities"]}
        missing = [word for word in words[1:] if word not in there]
        if missing:
            raise Skip(f"no {', '.join(missing)} in this build")

    def do_only(self, words, text):
        """only sqlite|postgresql: the rest of the scenario is for one database"""
        if words[1] != self.kind:
            raise StopIteration

    # -- what followed

    def do_events(self, words, text):
        """events ENTITY ID = created updated:name,city deleted"""
        # Readers stop below the oldest transaction that still runs; another scenario's may hold this one's back for a moment.
        last = []
        def fits():
            try:
                self.compare_changes(words[4:], self.events_of(words[1], int(words[2])))
                return True
            except AssertionError as why:
                last[:] = [why]
        try:
            wait_until(fits, "", timeout=10)
        except AssertionError:
            raise last[0] from None

    def events_of(self, entity, record):
        seen, position = [], self.mark
        while True:
            page = self.admin.must("GET", f"/events?limit=1000&after={position}&entities={entity}")
            seen += [item for item in page["items"] if item["id"] == record and item["entity"] == entity]
            position = page["next"]
            if not page["more"]:
                return [(item["action"], item["fields"]) for item in seen]

    def do_audit(self, words, text):
        """audit PLURAL ID = created updated:name,city deleted, oldest first"""
        rows = self.admin.must("GET", f"/{words[1]}/{words[2]}/history?limit=200")["items"]
        self.compare_changes(words[4:], [(row["action"], [change["field"] for change in row["changes"]]) for row in reversed(rows)])

    @staticmethod
    def compare_changes(wanted, seen):
        shown = " ".join(action + (":" + ",".join(sorted(fields)) if fields else "") for action, fields in seen)
        fits = len(wanted) == len(seen)
        for word, (action, fields) in zip(wanted, seen):
            name, _, listed = word.partition(":")
            fits = fits and name == action and (not listed or sorted(listed.split(",")) == sorted(fields))
        if not fits:
            raise AssertionError(f"wanted {' '.join(wanted)}, found {shown}")
