"""Plays the steps of a scenario against a server."""
import json
import re
import time
import urllib.parse

from scenario_file import EXPECTATIONS, METHODS, Mismatch

PATIENCE_S = 10
ABSENT = object()


def shown(value):
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) < 1500 else text[:1500] + " …"


def look(body, path):
    """The value at a dotted path with [n], or ABSENT. `*` collects over a list: items[*].name."""
    if not path:
        return body
    parts = re.findall(r"\[(\d+|\*)\]|([^.\[\]]+)", path)
    for position, (index, name) in enumerate(parts):
        if index == "*":
            if not isinstance(body, list):
                return ABSENT
            rest = "".join(f"[{inner}]" if inner else "." + key for inner, key in parts[position + 1:]).lstrip(".")
            return [look(item, rest) for item in body]
        if index:
            if not isinstance(body, list) or int(index) >= len(body):
                return ABSENT
            body = body[int(index)]
        elif isinstance(body, dict) and name in body:
            body = body[name]
        else:
            return ABSENT
    return body


def holds(expected, found):
    """Objects may have more members than expected; all else is equal."""
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(key in found and holds(value, found[key]) for key, value in expected.items())
    if isinstance(expected, list):
        return isinstance(found, list) and len(expected) == len(found) and all(map(holds, expected, found))
    return type(expected) is type(found) and expected == found


class Player:
    def __init__(self, server):
        self.server, self.values = server, {}
        self.caller, self.headers, self.events_from = "admin", {}, None
        self.request = self.answer = None

    def play(self, scenario):
        self.caller, self.headers = "admin", {}
        self.request = self.answer = None
        self.events_from = self.newest_event()
        for number, step in enumerate(scenario.steps):
            if step.verb in METHODS:
                self.send(step, self.is_refused(scenario.steps, number))
            elif step.verb in EXPECTATIONS:
                self.expect(step)
            else:
                getattr(self, "set_" + step.verb)(step)

    @staticmethod
    def is_refused(steps, number):
        """Whether the scenario names the status itself; otherwise 2xx is expected."""
        following = steps[number + 1:]
        return bool(following) and following[0].verb == "status"

    def fill(self, text, place):
        def value(match):
            name = match.group(1)
            if name not in self.values:
                raise Mismatch(f"{place}: nothing was saved as {name}")
            found = self.values[name]
            return found if isinstance(found, str) else json.dumps(found)
        return re.sub(r"\$([A-Za-z_]\w*)", value, text)

    def fill_json(self, text, place):
        """In JSON $name stands for the value: inside quotes its text, outside the whole."""
        try:
            return json.loads(re.sub(r'"(?:\\.|[^"\\])*"|\$[A-Za-z_]\w*',
                                     lambda match: self.fill(match.group(), place) if match.group()[0] == '"' else
                                     json.dumps(self.values.get(match.group()[1:], "nothing saved as " + match.group()), ensure_ascii=False), text))
        except ValueError as error:
            raise Mismatch(f"{place}: {error}") from error

    def set_as(self, step):
        if step.words != "nobody" and step.words not in self.server.keys:
            raise Mismatch(f"{step.place}: no user {step.words}; write 'user {step.words} {{…}}' before")
        self.caller = None if step.words == "nobody" else step.words

    def set_user(self, step):
        """user NAME {values}: created by the administrator; the e-mail is NAME@example.com; saves NAME as its id."""
        values = {"name": step.words, "email": f"{step.words}@example.com", "is_active": True, **self.fill_json(step.body, step.place)}
        status, _, body = self.server.call("POST", "/api/v1/users", values, "admin")
        if status != 201:
            raise Mismatch(f"{step.place}: the user was not created: {status} {shown(body)}")
        self.values[step.words] = body["id"]
        self.server.make_key(step.words, values["email"])

    def set_with(self, step):
        """with HEADER VALUE: sent with the next request."""
        self.headers[step.words] = self.fill(step.body, step.place)

    def send(self, step, has_status):
        body = None if step.body is None else self.fill_json(step.body, step.place)
        address = urllib.parse.quote(self.fill(step.words, step.place), safe="/:?&=[]@%,.~+-_()")
        self.request = (step.verb, address, body, self.caller, self.headers)
        self.headers = {}
        self.answer = self.server.call(*self.request)
        if not has_status and not 200 <= self.answer[0] < 300:
            raise Mismatch(f"{step.place}: {step.verb} {address} answered {self.answer[0]}: {shown(self.answer[2])}")

    def expect(self, step):
        if self.answer is None and step.verb != "events":
            raise Mismatch(f"{step.place}: no request before")
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return getattr(self, "expect_" + step.verb)(step)
            except Mismatch:
                if not step.eventually or time.monotonic() > deadline:
                    raise
            time.sleep(0.05)  # between two questions
            if step.verb != "events":
                self.answer = self.server.call(*self.request)

    def wrong(self, step, what):
        status, _, body = self.answer
        method, address = self.request[:2]
        return Mismatch(f"{step.place}: {what}\n  {method} {address} as {self.request[3]} answered {status}: {shown(body)}")

    def expect_status(self, step):
        if str(self.answer[0]) != step.words:
            raise self.wrong(step, f"status {self.answer[0]} instead of {step.words}")

    def expect_has(self, step):
        path, operator, text = step.words
        path = self.fill(path, step.place)
        expected, found = self.fill_json(text, step.place), look(self.answer[2], path)
        if found is ABSENT:
            raise self.wrong(step, f"{path} is absent")
        if operator == "=":
            good = holds(expected, found)
        elif operator == "!=":
            good = not holds(expected, found)
        elif operator == "contains":
            good = expected in found if isinstance(found, str) else isinstance(found, list) and any(holds(expected, item) for item in found)
        else:
            good = found >= expected if operator == ">=" else found <= expected
        if not good:
            raise self.wrong(step, f"{path or 'the body'} is {shown(found)}, expected {operator} {shown(expected)}")

    def expect_lacks(self, step):
        if step.words.startswith('"'):
            text = self.fill(json.loads(step.words), step.place)
            if text in json.dumps(self.answer[2], ensure_ascii=False):
                raise self.wrong(step, f"«{text}» appears")
            return
        found = look(self.answer[2], self.fill(step.words, step.place))
        if found is not ABSENT and not (isinstance(found, list) and "*" in step.words and all(item is ABSENT for item in found)):
            raise self.wrong(step, f"{step.words} is there")

    def expect_count(self, step):
        path, _, number = step.words.rpartition(" ")
        found = look(self.answer[2], path)
        if not isinstance(found, list) or len(found) != int(number):
            raise self.wrong(step, f"{path} does not hold {number}")

    def expect_save(self, step):
        name, _, path = step.words.partition(" ")
        found = look(self.answer[2], self.fill(path.removeprefix("= ").strip(), step.place))
        if found is ABSENT:
            raise self.wrong(step, f"{path} is absent")
        self.values[name] = found

    def expect_header(self, step):
        name, _, value = step.words.partition(" ")
        found = self.answer[1].get(name.lower())
        if found is None or (value and self.fill(value, step.place) != found):
            raise self.wrong(step, f"header {name} is {found}, expected {value}")

    def newest_event(self):
        position, more = None, True
        while more:
            address = "/api/v1/events?limit=1000" + "&after=" + urllib.parse.quote(position or "")
            status, _, body = self.server.call("GET", address, None, "admin")
            if status != 200:
                return None
            more, position = body["more"], body["next"]
        return position

    def expect_events(self, step):
        """events ENTITY.ACTION…: those since the scenario's start or the last such line, as the administrator sees them, in this order."""
        if self.events_from is None:
            raise Mismatch(f"{step.place}: the server has no event feed")
        address = "/api/v1/events?limit=1000&after=" + urllib.parse.quote(self.events_from)
        status, _, body = self.server.call("GET", address, None, "admin")
        found = [f"{event['entity']}.{event['action']}" for event in body["items"]] if status == 200 else [f"HTTP {status}"]
        expected = [] if step.words == "none" else step.words.split()
        if found != expected:
            raise Mismatch(f"{step.place}: the events are {' '.join(found) or 'none'}, expected {step.words}")
        self.events_from = body["next"]
