"""Creating, moving between stages and batches; each write beside a raw loop that writes the same rows.

The rows are learned from the running program: what a request left in the table of the entity, its items, the audit, the
outbox and the search index becomes statements of the raw loop, with new ids.
"""
import json
import random
import threading
import time

from harness import wrk

LEARNED = 300
LEARNED_DEALS = 2000


def trigrams(text, owner):
    """Tokens of the search index (server/entity/search/tokens.cpp) of a text that is stored beside it."""
    tokens = set()
    for word in text.split():
        tokens.add("^" + word[:2])
        tokens.update(word[i:i + 3] for i in range(len(word) - 2))
        tokens.update(word[i:i + 5] for i in range(len(word) - 4) if word[i:i + 5].isdigit())
    if owner:
        tokens.add(f"@o{owner}")
    return " ".join(sorted(tokens))


class Learner:
    """Turns rows into the statements and values of raw_bench."""

    def __init__(self, raw):
        self.raw, self.statements = raw, []

    def statement(self, sql):
        if sql not in self.statements:
            self.statements.append(sql)
        return self.statements.index(sql)

    def value(self, given):
        if isinstance(given, str) and given.startswith("\\x"):
            return {"hex": given[2:]}
        return given

    def insert(self, table, row):
        """One step; values that are already parameters of raw_bench stay, {"sql": …} is computed by the base."""
        names = [name for name in row if row[name] is not None]
        given = [name for name in names if not self.is_computed(row[name])]
        values = [row[name]["sql"] if self.is_computed(row[name]) else f"${given.index(name) + 1}" for name in names]
        sql = f'INSERT INTO "{table}" ({", ".join(chr(34) + name + chr(34) for name in names)}) VALUES ({", ".join(values)})'
        return [self.statement(sql), *(self.value(row[name]) for name in given)]

    @staticmethod
    def is_computed(value):
        return isinstance(value, dict) and "sql" in value

    def log_row(self, row):
        """A row of the audit or the outbox that gets a number of its own, and on PostgreSQL its transaction."""
        kept = {name: value for name, value in row.items() if name != "seq"}
        return kept if self.raw.database == "sqlite" or "tx" not in kept else {**kept, "tx": {"sql": "pg_current_xact_id()::text::bigint"}}

    def rows(self, table, condition, *values):
        return self.raw.rows(f'SELECT * FROM "{table}" WHERE {condition}', *values)


class Writes:
    def __init__(self, report, server, raw, callers, options):
        self.report, self.server, self.raw, self.callers, self.options = report, server, raw, callers, options
        self.admin = callers.keys["administrator"]
        self.pick = random.Random(17)
        self.is_sqlite = raw.database == "sqlite"

    def lead(self, number):
        pick = self.pick
        phone = f"+7 9{pick.randint(10, 69)} {pick.randint(100, 999)}-{pick.randint(10, 99)}-{pick.randint(10, 99)}"
        return {"name": f"Запрос {number}", "phones": [{"raw": phone}], "source": "site", "owner": pick.choice(list(self.callers.owners))}

    def highest(self, table, column="id"):
        return self.raw.rows(f'SELECT max({column}) AS id FROM "{table}"')[0]["id"] or 0

    def learn_leads(self):
        learner = Learner(self.raw)
        requests = []
        first = self.highest("lead")
        after = self.highest("sys_audit", "seq"), self.highest("sys_outbox", "seq")
        made = [self.server.call(self.admin, "POST", "/api/v1/leads?on_duplicate=create", self.lead(number))["id"] for number in range(LEARNED)]
        ids, text_ids = self.raw.list_value(made), self.raw.list_value([id * 8 for id in made])
        among = self.raw.list_sql(1)
        first_phone = self.highest("lead__phones") + 10_000_000
        new_id = {"n": [first + 10_000_000, 1]}
        leads = {row["id"]: row for row in learner.rows("lead", f"id {among}", ids)}
        phones = learner.rows("lead__phones", f"record_id {among}", ids)
        texts = {row["id"]: row for row in learner.rows("lead__search", f"id {among}", text_ids)}
        audit = learner.rows("sys_audit", "seq > $1 AND entity_id = 140", after[0])
        outbox = learner.rows("sys_outbox", "seq > $1 AND entity_id = 140", after[1])
        counter = "id:lead" if self.is_sqlite else None
        for id, lead in leads.items():
            steps = []
            if counter:
                steps.append([learner.statement("INSERT INTO sys_counter(name,value) VALUES($1,$2) ON CONFLICT(name) DO UPDATE SET value=sys_counter.value+$2 RETURNING value"), counter, 1])
            steps.append(learner.insert("lead", {**lead, "id": new_id, "uid": {"uid": True}}))
            for row in phones:
                if row["record_id"] == id:
                    row = {**row, "record_id": new_id, "id": None if self.is_sqlite else {"n": [first_phone, 1]}}
                    steps.append(learner.insert("lead__phones", row))
            text = texts.get(id * 8)
            if text:
                row_id = {"n": [(first + 10_000_000) * 8, 8]}
                steps.append(learner.insert("lead__search", {**text, "id": row_id}))
                if self.is_sqlite:
                    steps.append([learner.statement("INSERT INTO lead__fts(rowid, tokens) VALUES($1, $2)"), row_id, trigrams(text["text"], lead["owner"])])
            for table, rows in (("sys_audit", audit), ("sys_outbox", outbox)):
                for row in rows:
                    if row["record_id"] == id:
                        steps.append(learner.insert(table, {**learner.log_row(row), "record_id": new_id}))
            requests.append(steps)
        return learner.statements, requests

    def learn_moves(self, moves):
        """Two moves of each deal, there and on: the raw loop asks for as many deals in turn as the program was asked for, and each move changes its row."""
        learner = Learner(self.raw)
        chosen = {}
        for method, path, body in moves:
            id = int(path.rsplit("/", 1)[1])
            if len(chosen) < LEARNED_DEALS or id in chosen:
                chosen.setdefault(id, []).append((method, path, body))
        first_move = self.highest("stage_move") + 10_000_000
        requests = []
        for turn in range(2):
            asked = [(id, calls[turn]) for id, calls in chosen.items() if len(calls) > turn]
            ids, among = self.raw.list_value([id for id, _ in asked]), self.raw.list_sql(1)
            before = {row["id"]: row for row in learner.rows("deal", f"id {among}", ids)}
            after = self.highest("sys_audit", "seq"), self.highest("sys_outbox", "seq"), self.highest("stage_move")
            for _, (method, path, body) in asked:
                self.server.call(self.admin, method, path, body)
            now = {row["id"]: row for row in learner.rows("deal", f"id {among}", ids)}
            moved = self.by_record(learner.rows("stage_move", "id > $1", after[2]), "deal")
            audit = self.by_record(learner.rows("sys_audit", "seq > $1 AND entity_id = 141", after[0]), "record_id")
            outbox = self.by_record(learner.rows("sys_outbox", "seq > $1 AND entity_id = 141", after[1]), "record_id")
            for id, _ in asked:
                changed = [name for name in now[id] if now[id][name] != before[id][name]]
                if "stage" not in changed:
                    continue
                sets = ", ".join(f'"{name}" = ${i + 1}' for i, name in enumerate(changed))
                steps = [[learner.statement("SELECT * FROM deal WHERE id = $1"), id],
                         [learner.statement(f"UPDATE deal SET {sets} WHERE id = ${len(changed) + 1}"), *(learner.value(now[id][name]) for name in changed), id]]
                for row in moved.get(id, []):
                    if self.is_sqlite:
                        steps.append([learner.statement("INSERT INTO sys_counter(name,value) VALUES($1,$2) ON CONFLICT(name) DO UPDATE SET value=sys_counter.value+$2 RETURNING value"), "id:stage_move", 1])
                    steps.append(learner.insert("stage_move", {**row, "id": {"n": [first_move, 1]}, "uid": {"uid": True}}))
                for table, rows in (("sys_audit", audit), ("sys_outbox", outbox)):
                    for row in rows.get(id, []):
                        steps.append(learner.insert(table, learner.log_row(row)))
                requests.append(steps)
        return learner.statements, requests

    @staticmethod
    def by_record(rows, column):
        found = {}
        for row in rows:
            found.setdefault(row[column], []).append(row)
        return found

    def beside(self, name, requests, learned):
        if not self.options.wanted(name):
            return
        wrk(self.server, self.admin, 1, requests)
        before = self.server.processor_seconds()
        ours = wrk(self.server, self.admin, self.options.seconds, requests)
        processor = 1e6 * (self.server.processor_seconds() - before) / max(1, ours["rate"] * self.options.seconds)
        statements, raw_requests = learned()
        theirs = self.raw.rate("write", statements, raw_requests, threads=64 if self.is_sqlite else 16, seconds=self.options.seconds)
        ratio = ours["rate"] / theirs["per_second"]
        limit = 1500 if self.is_sqlite else None
        is_ok = ratio >= 0.5 and ours["errors"] == 0 and (limit is None or (ours["rate"] >= limit and ours["p99_ms"] <= 80))
        self.report.line(name, ours["rate"], "1/s", "higher", limit, raw=round(theirs["per_second"], 1), ratio_to_raw=round(ratio, 3), least_ratio=0.5, p50_ms=round(ours["p50_ms"], 2),
                         p99_ms=round(ours["p99_ms"], 2), limit_p99=80 if self.is_sqlite else None, rssanon_mb=round(self.server.rss_anon_mb(), 1), errors=ours["errors"],
                         processor_us=round(processor, 1), ok=is_ok)

    def moves(self):
        """Each deal of a funnel to a stage it is not in."""
        stages = {}
        for stage in self.server.call(self.admin, "GET", "/api/v1/stages?filter[kind]=open&limit=200&fields=pipeline")["items"]:
            stages.setdefault(stage["pipeline"]["id"], []).append(stage["id"])
        deals = []
        body = {"filter": {"field": "is_open", "op": "eq", "value": True}, "limit": 1000, "fields": ["id", "pipeline", "stage"]}
        while len(deals) < 5000:
            page = self.server.call(self.admin, "POST", "/api/v1/deals:query", body)
            deals += [d for d in page["items"] if d["pipeline"] and d["stage"] and len(stages.get(d["pipeline"]["id"], [])) > 1]
            if not page["next"]:
                break
            body["cursor"] = page["next"]
        found = []
        for turn in range(6):  # the list is asked over and over: each deal goes to another stage every time it comes
            for deal in deals:
                all_stages = stages[deal["pipeline"]["id"]]
                at = all_stages.index(deal["stage"]["id"]) if deal["stage"]["id"] in all_stages else 0
                found.append(("PATCH", f"/api/v1/deals/{deal['id']}", json.dumps({"stage": all_stages[(at + turn + 1) % len(all_stages)]})))
        return found

    def batches(self):
        if not self.options.wanted("batch of 1000"):
            return
        stop, slow, failed = threading.Event(), {"record by id": [], "page of 50": [], "change of a record": []}, []

        def ask(name, thread, make):
            while not stop.is_set():
                begun = time.perf_counter()
                try:
                    self.server.call(self.admin, *make(), thread=thread)
                except Exception as error:  # told in the figures
                    failed.append(str(error))
                slow[name].append((time.perf_counter() - begun) * 1000)
                time.sleep(0.002)

        pick = random.Random(23)
        owners = list(self.callers.owners)
        makers = {"record by id": lambda: ("GET", f"/api/v1/companies/{pick.randint(1, self.options.clients)}"),
                  "page of 50": lambda: ("GET", f"/api/v1/companies?filter[owner]={pick.choice(owners)}&sort=name&limit=50"),
                  "change of a record": lambda: ("PATCH", f"/api/v1/companies/{pick.randint(1, self.options.clients)}", {"employees": pick.randint(1, 9999)})}
        askers = [threading.Thread(target=ask, args=(name, 10 + i, make)) for i, (name, make) in enumerate(makers.items())]
        times = []
        for asker in askers:
            asker.start()
        try:
            for _ in range(20):
                body = json.dumps({"items": [self.lead(i) for i in range(1000)], "on_duplicate": "create"}, ensure_ascii=False)
                begun = time.perf_counter()
                answer = self.server.call(self.admin, "POST", "/api/v1/leads:batch", body, thread=9)
                times.append((time.perf_counter() - begun) * 1000)
                bad = [r for r in answer["results"] if r["status"] != "created"]
                if bad:
                    failed.append(str(bad[0]))
        finally:  # a batch that fails ends the bench with its error, not with askers that go on for ever
            stop.set()
            for asker in askers:
                asker.join()
        times.sort()
        self.report.line("batch of 1000 new leads, beside interactive work", times[len(times) // 2], "ms", "lower", 250, p50_ms=round(times[len(times) // 2], 1),
                         p99_ms=round(times[-1], 1), errors=len(failed), **({"ok": False, "note": failed[0][:200]} if failed else {}))
        for name, all_times in slow.items():
            all_times.sort()
            p99 = all_times[int(len(all_times) * 0.99)]
            self.report.line(f"{name} while batches run", p99, "ms p99", "lower", 100, p50_ms=round(all_times[len(all_times) // 2], 2), p99_ms=round(p99, 2), requests=len(all_times))

    def run(self):
        creates = [("POST", "/api/v1/leads?on_duplicate=create", json.dumps(self.lead(i), ensure_ascii=False)) for i in range(5000)]
        self.beside("create a lead", creates, self.learn_leads)
        if self.options.wanted("change of stage"):
            moves = self.moves()
            self.beside("change of stage", moves, lambda: self.learn_moves(self.pick.sample(moves, len(moves))))
        self.batches()
