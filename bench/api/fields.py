"""Any filter, any sort, pages deep in the list: one request at a time over every field that is marked for it; and what
happens to the others."""
import collections
import itertools
import json
import time

ENTITIES = ["company", "contact", "deal", "task", "call"]
DEPTH = 100  # pages of 1000 before the deep page
SLOWEST = 300


def values_of(server, key, entity, field, raw):
    """A frequent and a rare value of the field among records of the base, as a filter takes them."""
    counted = collections.Counter()
    for start in (0, 1):
        sort = "id" if start == 0 else "-id"
        path = f"/api/v1/{entity['plural']}?fields={field['key']}&sort={sort}&limit=500"
        for item in server.call(key, "GET", path)["items"]:
            value = item.get(field["key"])
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, dict) and "entity" in each:
                    each = json.dumps({"entity": each["entity"], "id": each["id"]})
                elif isinstance(each, dict):
                    each = each.get("id") if "title" in each else each.get("e164") or each.get("value") or each.get("amount") or each.get("raw")
                if each is not None:
                    counted[each] += 1
    ranked = counted.most_common()
    values = [ranked[0][0], ranked[-1][0]] if ranked else []
    return [json.loads(value) if isinstance(value, str) and value.startswith("{") else value for value in values]


def conditions(field, values):
    name, kind = field["key"], field["type"]
    if kind in ("phone", "email"):
        name += ".e164" if kind == "phone" else ".value"
    found = [{"field": name, "op": "eq", "value": value} for value in values]
    if kind in ("integer", "decimal", "money", "percent", "date", "instant"):
        found += [{"field": name, "op": op, "value": value} for op in ("gte", "lt") for value in values[:1]]
    if kind in ("text", "auto_number"):
        found += [{"field": name, "op": "starts_with", "value": str(value)[:3]} for value in values[:1]]
    if kind not in ("multi_choice", "tags", "phone", "email", "many_to_many"):
        found += [{"field": name, "op": "ne", "value": value} for value in values[:1]]
        found += [{"field": name, "op": op} for op in ("is_empty", "not_empty")]
    return found


class Fields:
    def __init__(self, report, server, raw, callers, options):
        self.report, self.server, self.raw, self.callers, self.options = report, server, raw, callers, options
        self.admin = callers.keys["administrator"]
        known = {e["key"]: e for e in server.call(self.admin, "GET", "/api/v1/metadata")["entities"]}
        self.entities = [known[key] for key in ENTITIES if key in known]

    def time_all(self, caller, entity, bodies):
        times = []
        for body in bodies:
            begun = time.perf_counter()
            status, text = self.server.ask(self.callers.keys[caller], "POST", f"/api/v1/{entity['plural']}:query", body)
            took = (time.perf_counter() - begun) * 1000
            times.append((took, status, body))
            if status >= 400 and status != 504:
                raise SystemExit(f"{status}: {text.decode()} for {body}")
        return times

    def tell(self, name, times, slowest=SLOWEST):
        ordered = sorted(took for took, _, _ in times)
        worst = max(times, key=lambda each: each[0])
        stopped = sum(1 for _, status, _ in times if status >= 400)
        slow = sum(1 for took in ordered if took > slowest)
        self.report.line(name, ordered[-1], "ms max", "lower", slowest, p50_ms=round(ordered[len(ordered) // 2], 2), p99_ms=round(ordered[int(len(ordered) * 0.99)], 2),
                         requests=len(ordered), slower_than_limit=slow, errors=stopped, worst=json.dumps(worst[2], ensure_ascii=False),
                         **({"ok": False} if stopped else {}))

    def filters_and_sorts(self):
        for entity in self.entities:
            if not self.options.wanted(f"any filter and sort of {entity['plural']}"):
                continue
            sorts = [[{"field": f["key"], "desc": desc}] for f in entity["fields"] if f["sortable"] for desc in (False, True)]
            filters = [None]
            for field in entity["fields"]:
                if field["filterable"] and field["key"] != "deleted_at":
                    filters += conditions(field, values_of(self.server, self.admin, entity, field, self.raw))
            bodies = [{"filter": f, "sort": s, "limit": 50} for f, s in itertools.product(filters, sorts)]
            for caller in self.callers.keys:
                self.tell(f"any filter and sort of {entity['plural']}, {caller}", self.time_all(caller, entity, bodies))

    def deep_pages(self):
        for entity in self.entities:
            if not self.options.wanted(f"deep pages of {entity['plural']}"):
                continue
            times = []
            for field in entity["fields"]:
                if not field["sortable"]:
                    continue
                body = {"sort": [{"field": field["key"], "desc": field["type"] == "instant"}], "limit": 1000, "fields": ["id"]}
                for _ in range(DEPTH):
                    status, text = self.server.ask(self.admin, "POST", f"/api/v1/{entity['plural']}:query", body)
                    cursor = json.loads(text).get("next") if status < 400 else None
                    if not cursor:
                        break
                    body["cursor"] = cursor
                if "cursor" in body:
                    times += self.time_all("administrator", entity, [{**body, "limit": 50} for _ in range(3)])
            self.tell(f"deep pages of {entity['plural']} (after {DEPTH} 000), administrator", times)

    def unmarked(self):
        """A filter that no index serves ends after a second and names the field."""
        if not self.options.wanted("unmarked field"):
            return
        for plural, field, op in (("companies", "description", "contains"), ("companies", "kpp", "eq"), ("tasks", "description", "contains")):
            body = {"filter": {"field": field, "op": op, "value": "нет такого"}, "sort": [{"field": "name" if plural == "companies" else "id"}], "limit": 50}
            begun = time.perf_counter()
            status, text = self.server.ask(self.admin, "POST", f"/api/v1/{plural}:query", body)
            took = (time.perf_counter() - begun) * 1000
            answer = json.loads(text)
            is_advice = status == 504 and field in json.dumps(answer)
            if status < 400:
                note = "answered in time"
            else:
                note = f"{status}: {answer.get('detail') or answer.get('title')}"
            self.report.line(f"{plural} by the unmarked field {field}: answered or interrupted", took, "ms", "lower", 1200, note=note,
                             **({"ok": False} if status >= 400 and not is_advice else {}))

    def run(self):
        self.filters_and_sorts()
        self.deep_pages()
        self.unmarked()
