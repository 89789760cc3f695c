"""What a caller may not read of a record he sees: a hidden field answers as if it did not exist, on every path."""
from live import Live
from program import wait_until

# field: (a filter that would find the company, sort?, measure?, group?, search text that would find it)
FIELDS = {
    "city": ({"op": "contains", "value": "verborgen"}, True, False, True, "Verborgenstadt"),
    "inn": ({"op": "eq", "value": "7707083893"}, False, False, False, "7707083893"),
    "annual_revenue": ({"op": "gt", "value": "1"}, False, True, False, None),
    "phones": ({"op": "not_empty"}, False, False, False, "4951234567"),
    "tags": ({"op": "any_of", "value": ["versteckt"]}, False, False, False, "versteckt"),
    "industry": ({"op": "eq", "value": "medicine"}, False, False, True, None),
    "next_step_at": ({"op": "not_empty"}, True, False, False, None),
}
SECRETS = ("Verborgen", "7707083893", "987654", "4951234567", "versteckt", "medicine", "2031-01-01")


def no_secret(answer, what):
    for secret in SECRETS:
        assert secret not in answer.text, f"{what} tells {secret}: {answer}"


def unknown(answer, field, what):
    """The same answer as for a field that does not exist."""
    assert answer.status == 400, f"{what}: {answer}"
    codes = {error["code"] for error in answer.body["errors"]}
    assert codes & {"unknown_field", "unknown_parameter"}, f"{what} is not answered as unknown: {answer}"
    valid = answer.body.get("valid") or []
    assert field not in valid, f"{what}: the valid names list it: {valid}"


def unreadable(world, field):
    client, company = world.clients["blind"], world.company
    for path in (f"/companies/{company}", "/companies?limit=100", f"/companies?filter[id]={company}", f"/companies/{company}/history", f"/companies/{company}/timeline",
                 f"/deals/{world.deal}", f"/contacts/{world.contact}", f"/tasks/{world.task}", "/companies?limit=100&include=phones,tags"):
        answer = client.get(path)
        if answer.status != 200 and "include" in path:
            continue
        assert answer.status == 200, f"{path}: {answer}"
        body = answer.text.replace("2031-01-01T00:00:00Z", "") if path.startswith("/tasks") or "timeline" in path else answer.text
        for secret in SECRETS:
            assert secret not in body, f"{path} tells {secret}: {body[:400]}"
        if path.startswith("/companies"):
            assert f'"{field}"' not in body, f"{path} names {field}: {body[:600]}"


def not_a_condition(world, field):
    client = world.clients["blind"]
    condition, sortable, measure, group, _ = FIELDS[field]
    queries = {
        "a filter": ("companies", {"filter": {"field": field, **condition}}),
        "a filter inside not": ("companies", {"filter": {"not": {"field": field, "op": "is_empty"}}}),
        "a filter through a link": ("deals", {"filter": {"field": "company." + field, **condition}}),
        "a filter through two links": ("deals", {"filter": {"field": "contact.company." + field, **condition}}),
        "a filter of exists": ("contacts", {"filter": {"exists": {"path": "company.parent", "filter": {"field": field, **condition}}}}),
        "a field of the list": ("companies", {"fields": ["name", field]}),
        "a field through a link": ("deals", {"fields": ["name", "company." + field]}),
        "a sort": ("companies", {"sort": [field]}),
        "a sort through a link": ("deals", {"sort": ["company." + field]}),
    }
    if field == "phones":
        queries["a filter of a part"] = ("companies", {"filter": {"field": "phones.e164", "op": "eq", "value": "+74951234567"}})
    for what, (plural, body) in queries.items():
        if what == "a filter of exists":
            continue  # contacts do not point there: another test has it
        unknown(client.post(f"/{plural}:query", body), field, f"{what} by {field}")
    operator = condition["op"]
    value = condition.get("value", "")
    value = value if isinstance(value, str) else ",".join(value)
    unknown(client.get(f"/companies?filter[{field}][{operator}]={value}"), field, f"a short filter by {field}")
    unknown(client.get(f"/companies?sort=-{field}"), field, f"a short sort by {field}")
    unknown(client.get(f"/companies?fields=name,{field}"), field, f"short fields with {field}")
    unknown(client.post("/companies:count", {"filter": {"field": field, **condition}}), field, f"a count by {field}")
    unknown(client.post("/companies:aggregate", {"filter": {"field": field, **condition}, "measures": [{"fn": "count"}]}), field, f"a filter of sums by {field}")
    unknown(client.post("/companies:aggregate", {"group": [field], "measures": [{"fn": "count"}]}), field, f"a group by {field}")
    unknown(client.post("/deals:aggregate", {"group": ["company." + field], "measures": [{"fn": "count"}]}), field, f"a group through a link by {field}")
    for function in ("sum", "min", "max", "avg"):
        unknown(client.post("/companies:aggregate", {"measures": [{"fn": function, "field": field}]}), field, f"{function} of {field}")
    unknown(client.post("/companies:export", {"fields": ["name", field]}), field, f"an export with {field}")
    unknown(client.post("/companies:export", {"filter": {"field": field, **condition}, "fields": ["name"]}), field, f"an export filtered by {field}")
    unknown(client.post("/companies:bulk", {"filter": {"field": field, **condition}, "set": {"description": "x"}, "dry_run": True}), field, f"a mass change filtered by {field}")
    answer = client.post("/companies:query", {"filter": {"formula": f"{field} != null"}})
    assert answer.status == 400, f"a formula with {field}: {answer}"
    answer = client.post("/views", {"name": "v", "entity": "company", "filter": {"field": field, **condition}})
    if answer.status == 201:  # saved views are checked when they are used
        client.must("DELETE", f"/views/{answer.body['id']}")


def not_written(world, field):
    client = world.clients["blind"]
    value = {"city": "X", "inn": "7707083893", "annual_revenue": {"amount": "1", "currency": "RUB"}, "phones": [], "tags": ["x"], "industry": "it", "next_step_at": None}[field]
    answer = client.patch(f"/companies/{world.company}", {field: value})
    unknown(answer, field, f"a change of {field}")
    answer = client.post("/companies", {"name": "Blind writes", field: value})
    unknown(answer, field, f"a new record with {field}")
    answer = client.post("/companies:bulk", {"ids": [world.company], "set": {field: value}, "dry_run": True})
    assert answer.status == 400, f"a mass change of {field}: {answer}"


def not_searched(world, field):
    text = FIELDS[field][4]
    if text is None:
        return
    client = world.clients["blind"]
    for asked in (text, text[:5], text[-5:]):
        answer = client.get(f"/search?q={asked}&limit=50")
        assert answer.status == 200, answer
        assert f'"id":{world.company},' not in answer.text, f"the search for {asked} finds the company by its {field}"
        no_secret(answer, "the search")
        answer = client.post("/companies:query", {"filter": {"text": asked}})
        assert answer.status == 200 and world.company not in [item["id"] for item in answer.body["items"]], f"a text filter for {asked} finds the company by its {field}: {answer}"


def not_in_metadata(world, field):
    client = world.clients["blind"]
    metadata = client.must("GET", "/metadata")
    company = next(entity for entity in metadata["entities"] if entity["key"] == "company")
    assert all(each["key"] != field for each in company["fields"]), f"metadata lists {field}"
    for part in ("views", "card", "rules", "visibility"):
        names = str(company[part])
        assert f"'{field}'" not in names and f"{field}'" not in names.split("related")[0], f"{part} of the metadata name {field}: {names[:600]}"
    answer = client.get("/openapi.json")
    if answer.status == 200:
        schemas = answer.body.get("components", {}).get("schemas", {})
        for name, schema in schemas.items():
            if name.lower().startswith("company"):
                assert field not in str(schema.get("properties", {}).keys()), f"OpenAPI lists {field} in {name}"


def not_in_events(world):
    client = world.clients["blind"]
    page = client.must("GET", f"/events?limit=1000&after={world.mark}&entities=company")
    for item in page["items"]:
        told = set(item["fields"]) & set(world.hidden)
        assert not told, f"events name {told}"
    assert any("legal_name" in item["fields"] for item in page["items"]), "events name what may be read"


def not_in_live(world):
    mark = world.position()
    live = Live(world.server, world.clients["blind"], mark)
    try:
        world.clients["owner"].must("PATCH", f"/companies/{world.company}", {"city": f"Verborgen {mark}", "kpp": None, "description": f"live {mark}"})
        found = wait_until(lambda: [item for item in live.seen() if item["entity"] == "company" and item["id"] == world.company], "a live update of the company", timeout=15)
        assert "description" in found[0]["fields"], found
        assert not set(found[0]["fields"]) & set(world.hidden), f"live updates name hidden fields: {found}"
    finally:
        live.close()


def not_by_duplicates(world):
    """A duplicate by a field that may not be read is not told to have it."""
    client = world.clients["blind"]
    answer = client.post("/companies", {"name": "Another", "emails": [{"raw": "geheim@zanzibar.example"}]})
    assert answer.status == 409, answer
    no_secret(answer, "the duplicate hint")


def not_by_undo(world):
    """Undoing a change of a hidden field would write it."""
    owner, client = world.clients["owner"], world.clients["blind"]
    owner.must("PATCH", f"/companies/{world.company}", {"city": "Verborgenstadt"})
    owner.must("PATCH", f"/companies/{world.company}", {"city": "Verborgendorf"})
    history = world.admin.must("GET", f"/companies/{world.company}/history?limit=1")["items"][0]
    answer = client.post(f"/companies/{world.company}/history/{history['seq']}:undo")
    no_secret(answer, "undo")
    city = owner.must("GET", f"/companies/{world.company}")["city"]
    assert city == "Verborgendorf", f"undo by a caller who may not write the field gave {city}"


def not_by_conflict(world):
    """A version conflict shows both versions: without what the caller may not read."""
    owner, client = world.clients["owner"], world.clients["blind"]
    version = owner.must("GET", f"/companies/{world.company}")["version"]
    owner.must("PATCH", f"/companies/{world.company}", {"description": f"now {version}", "city": f"Verborgen {version}"})
    answer = client.patch(f"/companies/{world.company}", {"description": "mine", "version": version})
    assert answer.status == 409, answer
    no_secret(answer, "the version conflict")


def not_by_access_conditions(world):
    """Saved answers differ by caller: the same address gives each his own fields, cached or not."""
    first = world.clients["owner"].get(f"/companies/{world.company}")
    second = world.clients["blind"].get(f"/companies/{world.company}")
    third = world.clients["owner"].get(f"/companies/{world.company}")
    assert "city" in first.body and "city" not in second.body and "city" in third.body


def hidden_link(world):
    """A hidden link field is not a way to the record behind it, in either direction."""
    role = world.make("roles", {"name": "no company of deals", "rights": {"company": {"read": "all"}, "deal": {"read": "all", "hidden": ["company"]}, "contact": {"read": "all"}}})
    user = world.make("users", {"name": "Person halfblind", "email": "halfblind@access.example", "roles": [role]})
    client = world.with_key(user)
    deal = client.get(f"/deals/{world.deal}")
    assert deal.status == 200 and world.secret + " Firma" not in deal.text and "company" not in deal.body, deal
    unknown(client.post("/deals:query", {"filter": {"field": "company.name", "op": "contains", "value": world.secret}}), "company", "a path through a hidden link")
    answer = client.post("/companies:query", {"filter": {"exists": {"path": "deal.company"}}})
    assert answer.status == 400, f"exists through a hidden link: {answer}"
    company = next(entity for entity in client.must("GET", "/metadata")["entities"] if entity["key"] == "company")
    assert not any(each["entity"] == "deal" and each["field"] == "company" for each in company["related"]), "related lists name a hidden link"


def hidden_title(world):
    """A title that may not be read is shown nowhere: neither as a link, nor in the search, hints, timeline and history."""
    everything = {entity: {"read": "all", "create": "all", "update": "all", "export": "all"} for entity in ("deal", "contact", "task", "stage", "pipeline")}
    role = world.make("roles", {"name": "no names", "rights": {**everything, "company": {"read": "all", "create": "all", "update": "all", "export": "all", "hidden": ["name"]}}})
    client = world.with_key(world.make("users", {"name": "Person nameless", "email": "nameless@access.example", "roles": [role]}))
    title = f"{world.secret} Firma"
    for path in (f"/companies/{world.company}", "/companies?limit=100", f"/deals/{world.deal}", f"/deals?filter[id]={world.deal}&fields=id,company", f"/tasks/{world.task}", f"/contacts/{world.contact}",
                 f"/companies/{world.child}", f"/search?q={world.secret}&limit=50", "/search?q=geheim@zanzibar", f"/companies/{world.company}/timeline", f"/companies/{world.company}/history",
                 f"/deals/{world.deal}/history", f"/companies/{world.child}/history"):
        answer = client.get(path)
        assert answer.status == 200 and title not in answer.text, f"{path} tells the hidden title: {answer}"
    answer = client.post("/companies:query", {"filter": {"text": world.secret}})
    assert answer.status == 200 and answer.body["items"] == [], answer
    answer = client.post("/deals:aggregate", {"group": ["company"], "measures": [{"fn": "count"}]})
    assert title not in answer.text, f"groups by a link tell the hidden title: {answer}"
    answer = client.post("/companies:export", {"fields": ["id", "parent"]})
    assert answer.status == 200 and title not in answer.text, f"the export tells the hidden title: {answer}"
    answer = client.post("/companies", {"emails": [{"raw": "geheim@zanzibar.example"}]})
    assert title not in answer.text, f"the duplicate hint tells the hidden title: {answer}"


def roll_up_eyes(world):
    """A roll-up by the viewer's eyes counts what he sees; a read right of its own is needed where the system counts."""
    admin, owner, blind = world.admin, world.clients["owner"], world.clients["blind"]
    fields = [{"key": "x_deals", "type": "roll_up", "of": "deal.company", "fn": "count", "eyes": "viewer"},
              {"key": "x_sum", "type": "roll_up", "of": "deal.company", "fn": "sum", "field": "amount", "eyes": "viewer"},
              {"key": "x_best", "type": "roll_up", "of": "deal.company", "fn": "max", "field": "amount", "eyes": "viewer"},
              {"key": "x_in_city", "type": "roll_up", "of": "company.parent", "fn": "count", "filter": {"field": "city", "op": "is_empty"}, "eyes": "viewer"},
              {"key": "x_of_parent", "type": "formula", "result": "text", "expression": "parent.name + \", \" + parent.city"}]
    for field in fields:
        answer = admin.post("/metadata/entities/company/fields", field)
        assert answer.status == 201, answer

    def seen(client, record=world.company):
        names = [field["key"] for field in fields]
        one = client.must("GET", f"/companies/{record}")
        listed = client.must("GET", f"/companies?filter[id]={record}&fields=" + ",".join(names))["items"][0]
        assert {name: one.get(name, "absent") for name in names} == {name: listed.get(name, "absent") for name in names}, f"a list shows {listed}, the record {one}"
        return one

    for_admin, for_owner, for_blind = seen(admin), seen(owner), seen(blind)
    assert (for_admin["x_deals"], for_owner["x_deals"]) == (2, 1), f"the count is {for_admin['x_deals']} to the administrator and {for_owner['x_deals']} to the owner of one deal"
    assert for_owner["x_sum"] == {"amount": "555.55", "currency": "RUB"} == for_owner["x_best"], for_owner
    assert (for_admin["x_in_city"], for_owner["x_in_city"]) == (1, 0), f"{for_admin['x_in_city']} {for_owner['x_in_city']}"
    assert for_blind["x_in_city"] is None, f"a roll-up by a hidden field tells {for_blind['x_in_city']}"
    nobody = seen(admin, world.child)
    assert (nobody["x_deals"], nobody["x_sum"]["amount"], nobody["x_best"]) == (0, "0.00", None), nobody
    assert nobody["x_of_parent"].startswith(f"{world.secret} Firma, Verborgen"), nobody
    assert seen(blind, world.child)["x_of_parent"] is None, "a formula tells a hidden field of another record"
    for field in fields:
        admin.must("DELETE", f"/metadata/entities/company/fields/{field['key']}", status=204)
        admin.must("POST", f"/metadata/entities/company/fields/{field['key']}:purge", {"confirm": field["key"]}, status=204)
    assert "x_deals" not in admin.must("GET", f"/companies/{world.company}")


def tests(world):
    table = {"is not read": unreadable, "is no filter, sort, sum, group, formula or export": not_a_condition, "is not written": not_written,
             "is not found by the search": not_searched, "is not in metadata and OpenAPI": not_in_metadata}
    for field in FIELDS:
        for what, test in table.items():
            yield f"The hidden field {field} {what}", lambda field=field, test=test: test(world, field)
    yield "Events do not name hidden fields", lambda: not_in_events(world)
    yield "Live updates do not name hidden fields", lambda: not_in_live(world)
    yield "A duplicate hint does not show hidden fields", lambda: not_by_duplicates(world)
    yield "Undo does not write a hidden field", lambda: not_by_undo(world)
    yield "A version conflict does not show hidden fields", lambda: not_by_conflict(world)
    yield "The same address gives each caller his own fields", lambda: not_by_access_conditions(world)
    yield "A hidden link leads nowhere", lambda: hidden_link(world)
    yield "A hidden title is shown nowhere", lambda: hidden_title(world)
    yield "Roll-ups and formulas by the viewer's eyes show what he sees", lambda: roll_up_eyes(world)
