"""Who reaches an invoice, its forms, its payment and its scan, by every path there is; what a hidden field of the client shows on them."""
from records import expect

# Who sees what the owner makes of a document; a share of the client lends nothing of its documents.
SEES = {"admin": True, "owner": True, "mate": True, "head": True, "deputy": True, "everything": True, "blind": True, "shared": False, "colleague": False, "foreign_head": False,
        "former_deputy": False, "future_deputy": False, "shared_department": False, "nobody": False, "company_key": False, "deal_key": False, "admin_deal_key": False}
MARK = "Geheimlieferung"


class Documents:
    def __init__(self, world):
        owner = world.clients["owner"]
        if not world.admin.must("GET", "/own-companies")["items"]:
            world.make("own-companies", {"name": "Haus", "is_default": True})
        self.invoice = owner.must("POST", "/invoices", {"company": world.company, "comment": MARK, "lines": [{"name": MARK, "quantity": "2", "price": "1000"}]})["id"]
        owner.must("POST", f"/invoices/{self.invoice}:post", {})
        self.payment = owner.must("POST", "/payments", {"company": world.company, "amount": {"amount": "500", "currency": "RUB"}, "purpose": MARK, "allocations": [{"invoice": self.invoice, "amount": "500"}]})["id"]
        part = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="scan.txt"\r\n\r\nsigned\r\n--edge--\r\n'
        answer = owner.must("POST", "/files", part, headers={"Content-Type": "multipart/form-data; boundary=edge"})
        file = answer["id"] if "id" in answer else answer["items"][0]["id"]
        self.scan = owner.must("POST", "/document-scans", {"document": {"entity": "invoice", "id": self.invoice}, "kind": "signed", "files": [file]})["id"]


def is_read(answer, what):
    expect(answer.status in (200, 403, 404), answer, what)
    return answer.status == 200


def in_list(client, plural, record):
    answer = client.post(f"/{plural}:query", {"filter": {"field": "id", "op": "eq", "value": record}})
    return answer.status == 200 and [item["id"] for item in answer.body["items"]] == [record]


def counted(client, plural, record):
    answer = client.post(f"/{plural}:aggregate", {"filter": {"field": "id", "op": "eq", "value": record}, "group": [], "measures": [{"fn": "count"}]})
    return answer.status == 200 and any(group["values"] == [1] for group in answer.body["groups"])


def paths(made):
    """Name and reach of each path; a reach says whether the caller got something of the document."""
    invoice, get = f"/invoices/{made.invoice}", lambda path: lambda client: is_read(client.get(path), path)
    found = {f"{name} of {plural}": reach for plural, record in (("invoices", made.invoice), ("payments", made.payment), ("document-scans", made.scan)) for name, reach in (
        ("read", get(f"/{plural}/{record}")), ("history", get(f"/{plural}/{record}/history")), ("list", lambda client, plural=plural, record=record: in_list(client, plural, record)),
        ("count", lambda client, plural=plural, record=record: counted(client, plural, record)))}
    found["form data"] = get(invoice + "/form-data")
    found["printed form"] = get(invoice + "/print?form=invoice&format=pdf")
    found["remains"] = get(invoice + "/remains?to=act")
    found["proposed letter"] = get(invoice + "/send-draft")
    found["making an act"] = lambda client: client.post(invoice + ":make?dry_run=true", {"to": "act"}).status in (200, 201)
    found["lines"] = lambda client: MARK in client.post("/document-lines:query", {"limit": 50}).text
    found["search"] = lambda client: any(group["entity"] in ("invoice", "payment") for group in client.get(f"/search?q={MARK}&limit=50").body["groups"])
    found["export"] = lambda client: MARK in client.post("/invoices:export", {"fields": ["id", "comment"]}).text
    found["debts"] = lambda client: _debt(client) > 0
    return found


def _debt(client):
    answer = client.post("/receivables", {})
    return answer.body["total"]["total"]["count"] if answer.status == 200 else 0


def row(world, made, who, path, reach):
    reached = reach(world.clients[who])
    assert reached == SEES[who], f"{who} {'reaches' if reached else 'does not reach'} the document by {path}"


def write_row(world, made, who):
    """Who does not see a document can do nothing to it; a link for clients would show it to anybody."""
    client = world.clients[who]
    for path, body in ((f"/invoices/{made.invoice}:cancel", {"reason": "spy"}), (f"/invoices/{made.invoice}/share-links", {}), (f"/invoices/{made.invoice}:send", {"to": ["spy@example.com"], "subject": "x", "forms": ["invoice"]}),
                       (f"/payments/{made.payment}:unallocate", {}), (f"/payments/{made.payment}:cancel", {"reason": "spy"}), (f"/payments/{made.payment}:resolve", {"as": "other"})):
        answer = client.post(path, body)
        expect(answer.status in (403, 404), answer, f"{who} does {path}")
    answer = client.post("/payments", {"company": world.company, "amount": {"amount": "1", "currency": "RUB"}, "allocations": [{"invoice": made.invoice, "amount": "1"}]})
    expect(answer.status in (400, 403, 404) and MARK not in answer.text, answer, f"{who} pays a hidden invoice")


def links_of_client(world, made):
    """The settlements and the credit of a client tell nobody more than its documents would."""
    for who in ("colleague", "foreign_head", "former_deputy", "nobody"):
        for path in (f"/reconciliation?company={world.company}&from=2020-01-01&to=2099-01-01", f"/companies/{world.company}/credit"):
            answer = world.clients[who].get(path)
            expect(answer.status in (400, 403, 404), answer, f"{who} reads {path}")
    answer = world.clients["shared"].get(f"/reconciliation?company={world.company}&from=2020-01-01&to=2099-01-01")
    expect(answer.status in (400, 403, 404) or "2000" not in answer.text, answer, "who sees the client alone reads its settlements")


def hidden_fields(world, made):
    """Requisites that the caller may not read on the client's card are not on its forms either."""
    client = world.clients["blind"]
    answer = client.get(f"/invoices/{made.invoice}/form-data")
    expect(answer.status == 200, answer, "form data")
    for secret in ("7707083893", "123-45-67", "4951234567", "Verborgen"):
        expect(secret not in answer.text, answer, f"form data tell {secret}")


def tests(world):
    made = Documents(world)
    reaches = paths(made)
    for who in SEES:
        for path, reach in reaches.items():
            yield f"{who}: {path} of an invoice", lambda who=who, path=path, reach=reach: row(world, made, who, path, reach)
        if not SEES[who]:
            yield f"{who} does nothing to an invoice", lambda who=who: write_row(world, made, who)
    yield "settlements and credit of a hidden client", lambda: links_of_client(world, made)
    yield "hidden fields of the client on forms", lambda: hidden_fields(world, made)
