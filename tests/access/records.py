"""Who reaches a record, by every path there is."""
import time
import urllib.parse

from program import Client, wait_until
from live import Live

# Who sees the owner's company, and who may change it.
SEES = {"admin": "write", "owner": "write", "mate": "write", "head": "write", "deputy": "write", "everything": "write", "blind": "write", "shared": "read",
        "company_key": "read", "colleague": None, "foreign_head": None, "former_deputy": None, "future_deputy": None, "shared_department": None,
        "nobody": None, "deal_key": None, "admin_deal_key": None}
NO_ENTITY = ("nobody", "deal_key", "admin_deal_key")  # to whom the whole entity does not exist


def expect(condition, answer, what):
    assert condition, f"{what}: {answer}"


# Each path says whether the caller has reached the company; it fails by itself when it finds a part of the answer wrong.

def by_read(world, client):
    answer = client.get(f"/companies/{world.company}")
    expect(answer.status in (200, 404), answer, "read")
    return answer.status == 200


def by_list(world, client):
    answer = client.get(f"/companies?filter[name][contains]={world.secret}&count=exact")
    if answer.status == 404:
        return False
    ids = [item["id"] for item in answer.body["items"]]
    expect(answer.body["count"]["value"] == len(ids), answer, "the count differs from the list")
    return world.company in ids


def by_query(world, client):
    answer = client.post("/companies:query", {"filter": {"field": "id", "op": "eq", "value": world.company}})
    return answer.status == 200 and [item["id"] for item in answer.body["items"]] == [world.company]


def by_count(world, client):
    answer = client.post("/companies:count", {"filter": {"field": "id", "op": "eq", "value": world.company}})
    return answer.status == 200 and answer.body["count"]["value"] == 1


def by_aggregate(world, client):
    answer = client.post("/companies:aggregate", {"filter": {"field": "id", "op": "eq", "value": world.company}, "group": ["owner"], "measures": [{"fn": "count"}]})
    return answer.status == 200 and any(group["values"] == [1] for group in answer.body["groups"])


def by_exact_page(world, client):
    answer = client.post("/companies:query", {"filter": {"text": world.secret}, "sort": ["-created_at"], "fields": ["id"]})
    return answer.status == 200 and world.company in [item["id"] for item in answer.body["items"]]


def by_search(world, client):
    answer = client.get(f"/search?q={world.secret}&limit=50")
    expect(answer.status == 200, answer, "search")
    return any(item["id"] == world.company for group in answer.body["groups"] if group["entity"] == "company" for item in group["items"])


def by_search_of_mail(world, client):
    answer = client.get("/search?q=geheim@zanzibar&limit=50")
    return any(item["id"] == world.company for group in answer.body["groups"] if group["entity"] == "company" for item in group["items"])


def by_history(world, client):
    answer = client.get(f"/companies/{world.company}/history")
    expect(answer.status in (200, 404), answer, "history")
    return answer.status == 200


def by_timeline(world, client):
    return client.get(f"/companies/{world.company}/timeline").status == 200


def by_access(world, client):
    return client.get(f"/companies/{world.company}/access?user=1").status == 200


def by_shares(world, client):
    return client.get(f"/companies/{world.company}/shares").status == 200


def by_export(world, client):
    answer = client.post("/companies:export", {"fields": ["id", "name"]})
    return answer.status == 200 and world.secret in answer.text


def by_events(world, client):
    seen, position = [], world.mark
    while True:
        page = client.must("GET", f"/events?limit=1000&after={position}")
        seen += page["items"]
        position = page["next"]
        if not page["more"]:
            return any(item["entity"] == "company" and item["id"] == world.company for item in seen)


def by_live(world, client):
    """A change made now arrives, or the change of a record the caller owns arrives and this one has not."""
    mark = world.position()
    live = Live(world.server, client, mark)
    try:
        expect(live.response.status == 200, live.response.status, "live")
        owner = world.clients["owner"]
        owner.must("PATCH", f"/companies/{world.company}", {"description": f"live {mark}"})
        # What everybody who is signed in sees tells that the stream has come so far.
        user = world.admin.must("GET", "/users/1")
        world.admin.must("PATCH", "/users/1", {"position": f"live {mark}"})
        may_see_users = client.get("/users/1").status == 200
        company = lambda: any(item["entity"] == "company" and item["id"] == world.company for item in live.seen())  # noqa: E731
        passed = lambda: any(item["entity"] == "user" and item["id"] == user["id"] for item in live.seen())  # noqa: E731
        if may_see_users:
            wait_until(passed, "the change of a user everybody sees arrives by live", timeout=15)
            return company()
        # Nothing of this caller ever arrives: another stream says when the event has gone out.
        other = Live(world.server, world.admin, mark)
        try:
            wait_until(lambda: any(item["entity"] == "user" for item in other.seen()), "live updates of the administrator", timeout=15)
            # Streams are served one after the other: what has gone out to one may still be on its way to the next.
            grace = time.monotonic() + 1
            while not company() and time.monotonic() < grace:
                time.sleep(0.05)
            return company()
        finally:
            other.close()
    finally:
        live.close()


def by_link_title(world, client):
    """The title of the company as a link of records that the caller sees anyway."""
    told = False
    for plural, record, field in (("deals", world.pointer, "company"), ("companies", world.child, "parent"), ("tasks", world.pointing_task, "subject")):
        for path in (f"/{plural}/{record}", f"/{plural}?filter[id]={record}&fields=id,{field}"):
            answer = client.get(path)
            if answer.status == 200 and world.secret in answer.text:
                told = True
    return told


def by_dotted_path(world, client):
    """Through a deal that the caller may see: its company's name as a condition."""
    answer = client.post("/deals:query", {"filter": {"and": [{"field": "company.name", "op": "contains", "value": world.secret}, {"field": "id", "op": "eq", "value": world.pointer}]}})
    return answer.status == 200 and answer.body["items"] != []


def by_dotted_group(world, client):
    answer = client.post("/deals:aggregate", {"group": ["company"], "measures": [{"fn": "count"}]})
    return answer.status == 200 and world.secret in answer.text


def by_exists(world, client):
    answer = client.post("/companies:query", {"filter": {"exists": {"path": "contact.company", "filter": {"field": "name", "op": "contains", "value": world.secret}}}})
    return answer.status == 200 and world.company in [item["id"] for item in answer.body["items"]]


def by_parent_of_activity(world, client):
    return client.get(f"/tasks/{world.task}").status == 200


PATHS = {"read": by_read, "list": by_list, "query": by_query, "count": by_count, "aggregate": by_aggregate, "search filter": by_exact_page, "search": by_search,
         "search of an e-mail": by_search_of_mail, "history": by_history, "timeline": by_timeline, "access": by_access, "shares": by_shares, "events": by_events,
         "live updates": by_live}


def row(world, who, path, reach):
    reached = reach(world, world.clients[who])
    assert reached == (SEES[who] is not None), f"{who} {'reaches' if reached else 'does not reach'} the company by {path}"


def export_row(world, who):
    reached = by_export(world, world.clients[who])
    if who == "shared":
        return  # a share for reading lends the right to export as far as the role has it
    assert reached == (SEES[who] == "write"), f"{who} {'exports' if reached else 'does not export'} the company"


def link_row(world, who, path, reach):
    if reach(world, world.clients[who]):
        assert SEES[who] is not None, f"{who} is told of the company by {path}"


def write_row(world, who):
    client, company = world.clients[who], world.company
    may_write = SEES[who] == "write" and not who.endswith("_key")
    hidden = 404 if SEES[who] is None else 403
    expected = 200 if may_write else hidden
    answer = client.patch(f"/companies/{company}", {"description": f"by {who}"})
    expect(answer.status == expected, answer, f"{who} changes")
    answer = client.post("/companies:batch", {"items": [{"id": company, "description": f"batch by {who}"}]})
    status = answer.body["results"][0]["status"] if answer.status == 200 else "failed"
    expect(status == ("updated" if may_write else "failed"), answer, f"{who} changes by a batch")
    answer = client.post(f"/companies/{company}/shares", {"user": world.people["shared"]})
    expect(answer.status == expected, answer, f"{who} shares")
    answer = client.post("/companies:bulk", {"ids": [company], "set": {"description": "bulk"}, "dry_run": True})
    count = answer.body.get("count", 0) if answer.status == 200 else 0
    expect(count == (1 if may_write else 0), answer, f"{who} changes by mass change")
    history = world.admin.must("GET", f"/companies/{company}/history")["items"]
    sequence = next(item["seq"] for item in history if any(change["field"] == "description" for change in item["changes"]))
    answer = client.post(f"/companies/{company}/history/{sequence}:undo")
    expect(answer.status == expected, answer, f"{who} undoes a change")
    answer = client.delete(f"/companies/{company}")
    expect(answer.status == (204 if may_write else hidden), answer, f"{who} deletes")
    if may_write:
        expect(client.patch(f"/companies/{company}", {"description": "in the bin"}).status == 404, answer, "a record in the bin is changed")
    else:
        world.admin.must("DELETE", f"/companies/{company}")
    restored = client.post(f"/companies/{company}:restore")
    try:
        expect(restored.status == (200 if may_write else hidden), restored, f"{who} restores")
    finally:
        if restored.status != 200:
            world.admin.must("POST", f"/companies/{company}:restore")


def give_away(world):
    """Who changes his own records may not take another's by naming himself the owner, nor make one readable by a share."""
    client = world.clients["colleague"]
    expect(client.patch(f"/companies/{world.company}", {"owner": world.people["colleague"]}).status == 404, world.company, "taken over")
    answer = client.post("/contacts", {"name": "Spy", "company": world.company})
    expect(answer.status == 400 and world.secret not in answer.text, answer, "a link to a record that the caller does not see")
    answer = client.post("/tasks", {"name": "Spy", "subject": {"entity": "company", "id": world.company}})
    expect(answer.status == 400 and world.secret not in answer.text, answer, "a link of any entity to a record that the caller does not see")


def duplicate_hint(world):
    for who in ("colleague", "foreign_head", "former_deputy"):
        for values in ({"inn": "7707083893"}, {"phones": [{"raw": "8 495 1234567"}]}, {"emails": [{"raw": "geheim@zanzibar.example"}]}):
            answer = world.clients[who].post("/companies", {"name": "Another", **values})
            expect(answer.status == 409, answer, "a hidden duplicate is found")
            expect(world.secret not in answer.text and "Verborgen" not in answer.text, answer, "a hidden duplicate is shown")
            expect("Person owner" in answer.text, answer, "who is responsible is not said")
    answer = world.clients["head"].post("/companies", {"name": "Another", "inn": "7707083893"})
    expect(answer.status == 409 and answer.body["candidates"][0]["id"] == world.company, answer, "a duplicate that the caller sees is shown")
    for policy in ("fill", "overwrite", "skip"):
        answer = world.clients["colleague"].post("/companies:batch", {"on_duplicate": policy, "items": [{"name": "Overwritten", "inn": "7707083893", "kpp": "770701001"}]})
        expect(answer.status == 200 and world.secret not in answer.text, answer, policy)
        if policy != "skip":
            expect(answer.body["results"][0]["status"] == "failed", answer, f"a hidden duplicate is changed by {policy}")
    expect(world.admin.must("GET", f"/companies/{world.company}")["name"].startswith(world.secret), policy, "overwritten")


def export_right(world):
    """Who reads all and exports his own gets his own."""
    role = world.make("roles", {"name": "exports own", "rights": {"company": {"read": "all", "create": "all", "export": "own"}}})
    client = world.with_key(world.make("users", {"name": "Person exporter", "email": "exporter@access.example", "roles": [role]}))
    mine = client.must("POST", "/companies", {"name": "Exported"})["id"]
    expect(by_list(world, client), mine, "reads all")
    answer = client.post("/companies:export", {"fields": ["id", "name"]})
    expect(answer.status == 200 and "Exported" in answer.text and world.secret not in answer.text, answer, "the export goes by its own right")


def department_share(world):
    world.clients["owner"].must("POST", f"/companies/{world.company}/shares", {"department": world.sales})
    client = world.clients["shared_department"]
    try:
        expect(by_read(world, client) and by_list(world, client) and by_search(world, client) and by_events(world, client), "-", "a share with a department is felt")
    finally:
        world.clients["owner"].must("DELETE", f"/companies/{world.company}/shares?department={world.sales}")
    expect(not by_read(world, client) and not by_list(world, client), "-", "a share taken back is felt")


def activity_follows_record(world):
    for who, may in SEES.items():
        if who in ("company_key", *NO_ENTITY):
            continue
        reached = by_parent_of_activity(world, world.clients[who])
        assert reached == (may is not None), f"{who} {'sees' if reached else 'does not see'} the task about the company"


def scoped_key(world):
    client = world.clients["company_key"]
    for path in ("/deals", "/contacts", f"/deals/{world.deal}", f"/deals/{world.deal}/history", "/tasks"):
        expect(client.get(path).status == 404, path, "a key for companies reads")
    for body, path in (({"filter": {"exists": {"path": "deal.company"}}}, "/companies:query"),):
        expect(client.post(path, body).status == 400, path, "a key for companies asks through deals")
    entities = {entity["key"] for entity in client.must("GET", "/metadata")["entities"]}
    expect("deal" not in entities and "company" in entities, entities, "metadata of a key for companies")
    answer = client.get(f"/search?q={world.secret}&limit=50")
    expect({group["entity"] for group in answer.body["groups"]} == {"company"}, answer, "search by a key for companies")
    events = client.must("GET", f"/events?limit=1000&after={world.mark}")["items"]
    expect({item["entity"] for item in events} <= {"company"}, {item["entity"] for item in events}, "events by a key for companies")
    timeline = client.get(f"/companies/{world.company}/timeline")
    expect("Aufgabe" not in timeline.text, timeline, "the timeline by a key for companies")
    key = world.clients["admin_deal_key"]
    for path in ("/users", "/roles", "/companies", "/api-keys", "/sessions", "/api-keys?all=true", "/jobs?all=true", "/settings/sales"):
        answer = key.get(path)
        expect(world.secret not in answer.text and "Person owner" not in answer.text, answer, f"{path} by a key for deals")
    for method, path, body in (("POST", "/metadata/entities/company/fields", {"key": "x_spy", "type": "text"}), ("POST", f"/users/{world.people['owner']}/password", {"password": "quite another passphrase"}),
                               ("POST", "/api-keys", {"name": "wider"}), ("PUT", "/settings/sales", {}), ("PATCH", "/users/1", {"name": "X"}), ("POST", "/roles", {"name": "X"}),
                               ("POST", "/me/password", {"password": "x", "new_password": "quite another passphrase"})):
        answer = key.request(method, path, body)
        expect(answer.status in (403, 404), answer, f"{method} {path} by a key for deals")


def revoked_live(world):
    """A stream ends when its key is revoked."""
    made = world.admin.must("POST", "/api-keys", {"name": "stream", "user": world.people["owner"]})
    client = Client(world.server, key=made["key"])
    mark = world.position()
    live = Live(world.server, client, mark)
    try:
        world.clients["owner"].must("PATCH", f"/companies/{world.company}", {"description": f"before {mark}"})
        wait_until(lambda: live.seen(), "a live update", timeout=15)
        world.admin.must("DELETE", f"/api-keys/{made['id']}")
        count = len(live.seen())
        other = Live(world.server, world.admin, world.position())
        world.clients["owner"].must("PATCH", f"/companies/{world.company}", {"description": f"after {mark}"})
        wait_until(lambda: other.seen(), "a live update of the administrator", timeout=15)
        other.close()
        expect(len(live.seen()) == count, live.seen()[count:], "a revoked key goes on hearing")
    finally:
        live.close()


def scoped_key_live(world):
    assert not by_live(world, world.clients["admin_deal_key"]), "a key for deals of an administrator hears of companies by live updates"


def others_things(world):
    """Sessions, keys, jobs, preferences, views and notices of others."""
    owner, other = world.clients["owner"], world.clients["colleague"]
    key = world.admin.must("POST", "/api-keys", {"name": "mine", "user": world.people["owner"]})["id"]
    expect(other.delete(f"/api-keys/{key}").status in (403, 404), key, "a key of another is revoked")
    expect(f'"id":{key}' not in other.get("/api-keys").text, key, "keys of others are listed")
    expect(f'"id":{key}' not in other.get("/api-keys?all=true").text, key, "keys of others are listed")
    owner.must("PUT", "/preferences/secret", {"a": world.secret})
    expect(world.secret not in other.get("/preferences/secret").text, "-", "preferences of others are read")
    view = owner.must("POST", "/views", {"name": "Private view", "entity": "company", "filter": {"field": "name", "op": "eq", "value": world.secret}, "shared": False})["id"]
    expect(other.patch(f"/views/{view}", {"name": "X"}).status in (403, 404), view, "a view of another is changed")
    answer = other.get(f"/views/{view}")
    expect(answer.status == 404, answer, "a private view of another is read")
    owner.must("PATCH", f"/views/{view}", {"shared": True, "name": "Open view"})
    expect(other.get(f"/views/{view}").status == 200, view, "a shared view is read by all")
    expect(other.patch(f"/views/{view}", {"name": "X"}).status == 403, view, "a shared view of another is changed")
    owner.must("PATCH", f"/views/{view}", {"shared": False, "name": "Private view"})
    answer = other.get("/views?limit=100")
    expect("Private view" not in answer.text, answer, "private views of others are listed")


def tests(world):
    for path, reach in PATHS.items():
        for who in SEES:
            yield f"{who} and the owner's company by {path}", lambda who=who, path=path, reach=reach: row(world, who, path, reach)
    for who in SEES:
        yield f"{who} and the export of the owner's company", lambda who=who: export_row(world, who)
        for path, reach in {"link titles": by_link_title, "dotted path": by_dotted_path, "groups by a link": by_dotted_group, "exists": by_exists}.items():
            yield f"{who} and the owner's company by {path}", lambda who=who, path=path, reach=reach: link_row(world, who, path, reach)
    for who in SEES:
        yield f"{who} writes, deletes, restores, shares and undoes as far as he may", lambda who=who: write_row(world, who)
    yield "Nobody reaches a record by taking it over or linking to it", lambda: give_away(world)
    yield "A hidden duplicate only exists and has a responsible person", lambda: duplicate_hint(world)
    yield "An export goes by the right to export", lambda: export_right(world)
    yield "A share with a department is felt and taken back", lambda: department_share(world)
    yield "An activity is seen by those who see its record", lambda: activity_follows_record(world)
    yield "A key with scopes stays inside them on every path", lambda: scoped_key(world)
    yield "A key with scopes hears nothing else by live updates", lambda: scoped_key_live(world)
    yield "A stream ends with its key", lambda: revoked_live(world)
    yield "Keys, preferences and views of others stay theirs", lambda: others_things(world)
