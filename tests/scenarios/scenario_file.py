"""The text of scenario files: lines into steps. README.md describes the format."""
import json
import re

METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
EXPECTATIONS = ("status", "has", "lacks", "count", "save", "header", "events")


class Mismatch(Exception):
    """What a scenario found otherwise than it says; the text names the line."""


class Step:
    def __init__(self, place, verb, words, body=None):
        self.place, self.verb, self.words, self.body = place, verb, words, body
        self.eventually = False


class Scenario:
    def __init__(self, title, place):
        self.title, self.place, self.steps = title, place, []


def is_whole(text):
    try:
        json.loads(re.sub(r"\$[A-Za-z_][\w.]*", "0", text))
        return True
    except ValueError:
        return False


def read_body(lines, at, text, place):
    """JSON that may go on over the next lines, until it is whole."""
    while not is_whole(text):
        at += 1
        if at >= len(lines):
            raise Mismatch(f"{place}: the JSON does not end")
        text += "\n" + lines[at]
    return text, at


def parse(path):
    """The scenarios of a file; steps before the first `scenario` are part of each of them no more than once: they run first."""
    with open(path, encoding="utf-8") as stream:
        lines = stream.read().splitlines()
    scenarios, at = [], -1
    while at + 1 < len(lines):
        at += 1
        line = lines[at].strip()
        place = f"{path}:{at + 1}"
        if not line or line.startswith("#"):
            continue
        if line.startswith("scenario "):
            scenarios.append(Scenario(line[len("scenario "):], place))
            continue
        if not scenarios:
            raise Mismatch(f"{place}: a file begins with 'scenario TITLE'")
        eventually = line.startswith("eventually ")
        verb, _, rest = line.removeprefix("eventually ").partition(" ")
        rest = rest.strip()
        body = None
        if verb in METHODS:
            address, text = re.match(r"(.*?)(?:\s+([\[{\"].*))?$", rest).groups()
            if text:
                body, at = read_body(lines, at, text, place)
            rest = address
        elif verb in ("user", "with"):
            rest, _, text = rest.partition(" ")
            body, at = read_body(lines, at, text.strip(), place) if verb == "user" else (text.strip(), at)
        elif verb == "has":
            rest, at = read_has(lines, at, rest, place)
        elif verb not in (*EXPECTATIONS, "as"):
            raise Mismatch(f"{place}: unknown word '{verb}'")
        step = Step(place, verb, rest, body)
        step.eventually = eventually
        scenarios[-1].steps.append(step)
    return scenarios


def read_has(lines, at, text, place):
    """(path, operator, JSON text); the path is empty for the whole body."""
    if text.startswith(("{", "[")):
        body, at = read_body(lines, at, text, place)
        return ("", "=", body), at
    match = re.match(r"(\S+)\s+(=|!=|contains|>=|<=)\s+(.*)$", text, re.DOTALL)
    if not match:
        raise Mismatch(f"{place}: write 'has PATH = JSON' or 'has JSON'")
    body, at = read_body(lines, at, match.group(3), place)
    return (match.group(1), match.group(2), body), at
