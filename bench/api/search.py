"""The search box: parts of names and of phones, frequent and rare, for each caller."""
import collections
import random

from harness import quote, wrk

ALONE, LOAD = 1, 64
A_SECOND = 100  # searches of 64 people who type at once
QUERIES = 60


def parts(raw):
    """Parts of names and phones by how often they occur in a sample of the base."""
    pick = random.Random(3)
    highest = raw.rows("SELECT max(id) AS id FROM company")[0]["id"]
    ids = sorted(pick.sample(range(1, highest + 1), min(20000, highest)))
    names = raw.rows(f"SELECT id, name__fold AS name FROM company WHERE id {raw.list_sql(1)}", raw.list_value(ids))
    phones = raw.rows(f"SELECT record_id, digits FROM company__phones WHERE record_id {raw.list_sql(1)}", raw.list_value(ids))
    words = collections.Counter(word for row in names for word in set((row["name"] or "").split()) if len(word) >= 5 and word.isalpha())
    ranked = [word for word, _ in words.most_common()]
    inside = lambda word, size: word[1:1 + size]
    numbers = [row["digits"] for row in phones if row["digits"] and len(row["digits"]) >= 10]
    return {
        "name part, frequent": sorted({inside(word, 4) for word in ranked[:40]})[:QUERIES],
        "name part, rare": sorted({inside(word, 8) for word in ranked[-400:] if len(word) > 8})[:QUERIES] or ranked[-QUERIES:],
        "phone part, frequent": sorted({number[:5] for number in numbers[:200]})[:QUERIES],
        "phone part, rare": [number[-7:] for number in numbers[:QUERIES]],
    }


def run(report, server, raw, callers, options):
    limits = raw.database == "sqlite"
    for kind, texts in parts(raw).items() if options.wanted("search") else ():
        slowest = 60 if "frequent" in kind else 30
        requests = [("GET", f"/api/v1/search?q={quote(text)}&limit=5", None) for text in texts]
        for caller, key in callers.keys.items():
            if not options.wanted(f"search of a {kind}, {caller}"):
                continue
            wrk(server, key, 1, requests, connections=ALONE)
            for connections, a_second, words in ((ALONE, None, "one connection"), (LOAD, A_SECOND, f"64 connections, {A_SECOND} a second"), (LOAD, None, "64 connections at saturation")):
                result = wrk(server, key, options.seconds, requests, connections=connections, a_second=a_second)
                is_judged = limits and (a_second is not None or connections == ALONE)
                more = {"ok": result["p50_ms"] <= 5 and result["p99_ms"] <= slowest and result["errors"] == 0} if is_judged else {}
                report.line(f"search of a {kind}, {caller}, {words}", result["p99_ms"], "ms p99", "lower", slowest if is_judged else None, p50_ms=round(result["p50_ms"], 2),
                            p99_ms=round(result["p99_ms"], 2), limit_p50=5 if is_judged else None, rate=round(result["rate"], 1), errors=result["errors"],
                            rssanon_mb=round(server.rss_anon_mb(), 1), **more)
