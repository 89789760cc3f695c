"""The people and records of the access tests: made once per database, then only read (writers restore what they change)."""
from program import Client

ALL = ("read", "create", "update", "delete", "export")


def rights(scope, **more):
    return {**{action: scope for action in ALL}, "create": "all", **more}


class World:
    def __init__(self, server):
        self.server, self.admin = server, server.admin()
        self.people, self.clients = {"admin": 1}, {"admin": self.admin}
        self.make_roles()
        self.make_people()
        self.make_records()

    def make(self, plural, values, status=201):
        return self.admin.must("POST", "/" + plural, values, status=status)["id"]

    def make_roles(self):
        entities = ("company", "contact", "deal", "task", "call", "note", "meeting", "lead", "invoice", "quote", "act", "document_line", "payment", "payment_allocation", "document_scan")
        same = lambda scope, **more: {entity: rights(scope, **more) for entity in entities}  # noqa: E731
        directories = {entity: {"read": "all"} for entity in ("pipeline", "stage", "lost_reason", "stage_move")}
        self.hidden = ("city", "inn", "annual_revenue", "phones", "tags", "industry", "next_step_at")
        blind = {**same("all"), **directories, "company": rights("all", hidden=list(self.hidden))}
        self.roles = {name: self.make("roles", {"name": name, "rights": matrix}) for name, matrix in {
            "own": {**same("own"), **directories}, "tree": {**same("tree"), **directories}, "department": {**same("department"), **directories},
            "all": {**same("all"), **directories}, "blind": blind}.items()}

    def person(self, name, role=None, department=None):
        values = {"name": f"Person {name}", "email": f"{name}@access.example", "language": "en", "roles": [self.roles[role]] if role else [], "department": department}
        self.people[name] = self.make("users", values)
        self.clients[name] = self.with_key(self.people[name])

    def with_key(self, user, *scopes):
        body = {"name": "access", "user": user}
        if scopes:
            body["scopes"] = list(scopes)
        return Client(self.server, key=self.admin.must("POST", "/api-keys", body)["key"])

    def make_people(self):
        sales = self.make("departments", {"name": "Sales"})
        city = self.make("departments", {"name": "City sales", "parent": sales})
        north = self.make("departments", {"name": "North"})
        self.person("owner", "own", city)
        self.person("mate", "department", city)       # reads the department's
        self.person("colleague", "own", city)         # sits beside, reads his own
        self.person("head", "tree", sales)            # of the department above
        self.person("foreign_head", "tree", north)
        self.person("deputy", "own", north)
        self.person("former_deputy", "own", north)
        self.person("future_deputy", "own", north)
        self.person("shared", "own", north)
        self.person("shared_department", "own", sales)
        self.person("everything", "all", north)
        self.person("blind", "blind", north)
        self.person("nobody")                         # without a role
        self.admin.must("PATCH", f"/departments/{sales}", {"head": self.people["head"]})
        self.admin.must("PATCH", f"/departments/{north}", {"head": self.people["foreign_head"]})
        for substitute, first, last in (("deputy", "2020-01-01", "2099-01-01"), ("former_deputy", "2020-01-01", "2020-02-01"), ("future_deputy", "2098-01-01", "2099-01-01")):
            self.make("deputies", {"user": self.people["owner"], "substitute": self.people[substitute], "starts_on": first, "ends_on": last})
        self.clients["company_key"] = self.with_key(self.people["owner"], "company:read")
        self.clients["deal_key"] = self.with_key(self.people["owner"], "deal:read")
        self.clients["admin_deal_key"] = self.with_key(1, "deal:read")
        self.sales = sales

    def make_records(self):
        owner = self.clients["owner"]
        self.mark = self.position()
        self.secret = "Zanzibarskij"
        self.company = owner.must("POST", "/companies", {
            "name": f"{self.secret} Firma", "city": "Verborgengrad", "inn": "7707083893", "phones": [{"raw": "+7 495 123-45-67"}], "emails": [{"raw": "geheim@zanzibar.example"}],
            "annual_revenue": {"amount": "987654.32", "currency": "RUB"}, "tags": ["versteckt"], "industry": "medicine"})["id"]
        self.contact = owner.must("POST", "/contacts", {"name": f"{self.secret} Mensch", "company": self.company})["id"]
        self.deal = owner.must("POST", "/deals", {"name": f"{self.secret} Handel", "company": self.company, "contact": self.contact, "amount": {"amount": "555.55", "currency": "RUB"}})["id"]
        self.task = owner.must("POST", "/tasks", {"name": f"{self.secret} Aufgabe", "subject": {"entity": "company", "id": self.company}, "due_at": "2031-01-01T00:00:00Z"})["id"]
        owner.must("PATCH", f"/companies/{self.company}", {"city": "Verborgenstadt", "legal_name": "offen"})
        owner.must("POST", f"/companies/{self.company}/shares", {"user": self.people["shared"]})
        # Records of others that point to the company: their link may not tell its title.
        self.pointer = self.make("deals", {"name": "Pointing deal", "company": self.company, "owner": self.people["foreign_head"]})
        self.child = self.make("companies", {"name": "Pointing child", "parent": self.company, "owner": self.people["foreign_head"]})
        self.pointing_task = self.make("tasks", {"name": "Pointing task", "subject": {"entity": "company", "id": self.company}, "owner": self.people["foreign_head"]})

    def position(self):
        position = ""
        while True:
            page = self.admin.must("GET", f"/events?limit=1000&after={position}")
            position = page["next"]
            if not page["more"]:
                return position
