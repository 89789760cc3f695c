"""Likely duplicates of a draft while it is typed, and of what was just written, on the whole base."""
import json
import random
import time

DRAFTS = 300
WRITES = 100
CHECK = ("match_", "duplicate_")  # names of the queries that the check after a write consists of


def drafts(server, key, clients):
    """Existing companies as somebody else would type them: another spelling of the name, the phone with spaces."""
    pick = random.Random(17)
    found = []
    while len(found) < DRAFTS:
        item = server.call(key, "GET", f"/api/v1/companies/{pick.randint(1, clients)}")
        values = {"name": item["name"].replace("«", "").replace("»", "").lower()}
        kind = len(found) % 3
        if kind > 0 and item.get("phones"):
            values["phones"] = [item["phones"][0]["raw"]]
        if kind > 1 and item.get("inn"):
            values["inn"] = item["inn"]
        found.append(values)
    return found


def spent(server, key):
    queries = server.call(key, "GET", "/api/v1/system/status?queries=1000").get("queries", [])
    return sum(each["total_ms"] for each in queries if each["name"].startswith(CHECK))


def run(report, server, callers, options):
    if not options.wanted("duplicates of a draft"):
        return
    key = callers.keys["administrator"]
    typed = drafts(server, key, options.clients)
    times = []
    for warm in (True, False):
        for values in typed[:50] if warm else typed:
            begun = time.perf_counter()
            status, text = server.ask(key, "POST", "/api/v1/companies:duplicates", {"values": values, "limit": 5})
            if status >= 400:
                raise SystemExit(f"{status}: {text.decode()}")
            if not warm:
                times.append((time.perf_counter() - begun) * 1000)
    times.sort()
    p50, p99 = times[len(times) // 2], times[int(len(times) * 0.99)]
    report.line("duplicates of a draft, one connection", p99, "ms p99", "lower", 10, p50_ms=round(p50, 2), p99_ms=round(p99, 2), requests=len(times))
    server.settle()
    before, begun = spent(server, key), time.perf_counter()
    for number, values in enumerate(typed[:WRITES]):
        server.call(key, "POST", "/api/v1/companies?on_duplicate=create", {"name": values["name"] + f" {number}"})
    server.settle()
    report.line("check of one write for duplicates", (spent(server, key) - before) / WRITES, "ms", "lower", 10, requests=WRITES,
                note=f"{WRITES} writes one after another, {time.perf_counter() - begun:.1f} s until all were checked")
