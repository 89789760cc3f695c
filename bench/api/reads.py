"""Records, pages, counts and sums at load, each beside the raw engine doing the same."""
import json
import random

from harness import quote, wrk

FIELDS = "fields=name,phones,city,owner,inn"
CITIES = ["Москва", "Санкт-Петербург", "Казань", "Екатеринбург", "Самара", "Пермь", "Уфа", "Омск"]
COMPANY, DEAL = 110, 141


class Reads:
    def __init__(self, report, server, raw, callers, options):
        self.report, self.server, self.raw, self.callers, self.options = report, server, raw, callers, options
        self.pick = random.Random(11)
        self.threads = 2 if raw.database == "sqlite" else 4
        city = raw.rows("SELECT city, city__fold FROM company WHERE id < 5000 AND city IS NOT NULL ORDER BY id")
        self.folds = {row["city"]: row["city__fold"] for row in city}
        self.cities = [city for city in CITIES if city in self.folds] or list(self.folds)[:8]

    def measure(self, caller, requests):
        key = self.callers.keys[caller]
        wrk(self.server, key, 1, requests)
        before = self.server.processor_seconds()
        result = wrk(self.server, key, self.options.seconds, requests)
        result["processor_us"] = 1e6 * (self.server.processor_seconds() - before) / max(1, result["rate"] * self.options.seconds)
        return result

    def beside(self, name, caller, requests, raw, limit=None, least_ratio=None):
        """Rate of the requests, and its part of the rate of raw = (statements, requests)."""
        if not self.options.wanted(name):
            return
        limits = self.raw.database == "sqlite"
        ours = self.measure(caller, requests)
        theirs = self.raw.rate("read", *raw, threads=self.threads, seconds=self.options.seconds) if raw else None
        ratio = None if theirs is None else ours["rate"] / theirs["per_second"]
        least_ratio = 0.5 if not limits else least_ratio
        is_ok = None if not limits and ratio is None else True if limits and limit is None and least_ratio is None else (
            (not limits or limit is None or ours["rate"] >= limit) and (least_ratio is None or ratio is None or ratio >= least_ratio) and ours["errors"] == 0)
        if limits and limit is None and least_ratio is None:
            is_ok = None
        self.report.line(f"{name}, {caller}", ours["rate"], "1/s", "higher", limit if limits else None, raw=theirs and round(theirs["per_second"], 1),
                         ratio_to_raw=ratio and round(ratio, 3), least_ratio=least_ratio, p50_ms=round(ours["p50_ms"], 2), p99_ms=round(ours["p99_ms"], 2),
                         rssanon_mb=round(self.server.rss_anon_mb(), 1), errors=ours["errors"], processor_us=round(ours["processor_us"], 1), ok=is_ok)

    def times_raw(self, name, caller, requests, raw, most):
        """Time of the requests as a multiple of the raw time."""
        if not self.options.wanted(name):
            return
        ours = self.measure(caller, requests)
        theirs = self.raw.rate("read", *raw, threads=self.threads, seconds=self.options.seconds)
        times = theirs["per_second"] / ours["rate"]
        self.report.line(f"{name}, {caller}", times, "x raw", "lower", most if self.raw.database == "sqlite" else 2.0, raw=round(theirs["per_second"], 1),
                         ratio_to_raw=round(1 / times, 3), rate=round(ours["rate"], 1), p50_ms=round(ours["p50_ms"], 2), p99_ms=round(ours["p99_ms"], 2),
                         rssanon_mb=round(self.server.rss_anon_mb(), 1), errors=ours["errors"], **({"ok": False} if ours["errors"] else {}))

    # Rights: the predicate of the caller over `r`, its parameters from $first on.
    def rights(self, caller, entity, first):
        if caller == "administrator":
            return "", []
        own = f"r.owner = ${first}" if caller == "owner" else f"r.owner {self.raw.list_sql(first)}"
        value = self.callers.names["owner"] if caller == "owner" else self.raw.list_value(self.callers.tree_owners)
        shared = (f"EXISTS (SELECT 1 FROM sys_share s WHERE s.entity_id = {entity} AND s.record_id = r.id AND s.user_id = ${first + 1})")
        return f" AND ({own} OR {shared})", [value, self.callers.names[caller]]

    def record_by_id(self):
        pick, raw = self.pick, self.raw
        requests = [("GET", f"/api/v1/companies/{pick.randint(1, self.options.clients)}", None) for _ in range(4000)]
        columns = ("r.id, r.uid, r.version, r.created_at, r.updated_at, r.created_by, r.updated_by, r.marks, r.name, r.legal_name, r.city, r.inn, r.kpp, r.ogrn, "
                   "r.industry, r.source, r.owner, u.name AS owner_name, r.parent, r.employees, r.annual_revenue, r.annual_revenue__currency, r.description, "
                   "r.next_step_at, r.last_contact_at")
        items = " UNION ALL ".join(
            f"SELECT {number} AS f, id, {text} AS text, {other} AS other, {kind} AS kind FROM {table} WHERE {link} = $1" for number, table, text, other, kind, link in [
                (1, "company__phones", "raw", "e164", "kind", "record_id"), (2, "company__emails", "raw", "value", "kind", "record_id"),
                (3, "company__messengers", "raw", "NULL", "kind", "record_id"), (4, "company__sites", "raw", "NULL", "NULL", "record_id"),
                (5, "company__addresses", "text", "NULL", "kind", "record_id"), (6, "company__relations", "value", "NULL", "NULL", "record_id"),
                (7, "company__tags", "value", "NULL", "NULL", "record_id")])
        statements = [f"SELECT {columns} FROM company r LEFT JOIN sys_user u ON u.id = r.owner WHERE r.id = $1 AND r.deleted_at IS NULL", items]
        ids = [pick.randint(1, self.options.clients) for _ in range(4000)]
        self.beside("record by id", "administrator", requests, (statements, [[[0, i], [1, i]] for i in ids]), 30000)

    def page(self, caller):
        """(path, owner, city) of 1000 pages; the owner's own where the caller sees no others."""
        owners = {"administrator": list(self.callers.owners), "owner": [self.callers.names["owner"]],
                  "head": [o for o in self.callers.tree_owners if o in self.callers.owners] or self.callers.tree_owners}[caller]
        chosen = [(self.pick.choice(owners), self.pick.choice(self.cities)) for _ in range(1000)]
        return [(f"/api/v1/companies?filter[owner]={owner}&filter[city]={quote(city)}&sort=name&limit=50&{FIELDS}", owner, city) for owner, city in chosen]

    def raw_page(self, caller):
        rights, values = self.rights(caller, COMPANY, 3)
        page = (f"SELECT r.id, r.name, r.city, r.inn, r.owner, u.name AS owner_name FROM company r LEFT JOIN sys_user u ON u.id = r.owner "
                f"WHERE r.deleted_at IS NULL AND r.owner = $1 AND r.city__fold = $2{rights} AND r.name__sort IS NOT NULL ORDER BY r.name__sort, r.id LIMIT 51")
        phones = (f"SELECT record_id, id, raw, e164, ext, kind, valid FROM company__phones WHERE record_id {self.raw.list_sql(1)} ORDER BY record_id, position")
        count = f"SELECT count(*) AS count FROM company r WHERE r.deleted_at IS NULL AND r.owner = $1 AND r.city__fold = $2{rights}"
        return page, phones, count, values

    def pages(self):
        for caller in self.callers.keys:
            chosen = self.page(caller)
            page, phones, count, values = self.raw_page(caller)
            asked = [[[0, owner, self.folds[city], *values], [1, {"ids": True}]] for _, owner, city in chosen]
            self.beside("page of 50 by owner and city, sorted by name", caller, [("GET", path, None) for path, _, _ in chosen], ([page, phones], asked), 3500, 0.45)
            counted = [[*steps, [2, *steps[0][1:]]] for steps in asked]
            self.times_raw("page of 50 with exact count", caller, [("GET", path + "&count=exact", None) for path, _, _ in chosen], ([page, phones, count], counted), 1.5)

    def kanban(self):
        body = {"filter": {"field": "is_open", "op": "eq", "value": True}, "group": ["stage"], "measures": [{"fn": "count"}, {"fn": "sum", "field": "amount"}]}
        for caller in self.callers.keys:
            rights, values = self.rights(caller, DEAL, 1)
            sums = f"SELECT r.stage, count(*) AS count, sum(r.amount__base) AS amount FROM deal r WHERE r.deleted_at IS NULL AND r.is_open = 1{rights} GROUP BY r.stage"
            self.times_raw("kanban totals per stage", caller, [("POST", "/api/v1/deals:aggregate", json.dumps(body))],
                           ([sums, f"SELECT id, name FROM stage WHERE id {self.raw.list_sql(1)}"], [[[0, *values], [1, {"ids": True}]]]), 1.5)

    def run(self):
        self.record_by_id()
        self.pages()
        self.kanban()
