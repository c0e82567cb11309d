#!/usr/bin/env python3
"""Is the API what its document says? Usage: api_contract.py [--all] URL

Walks every path and method of URL/api/openapi.json against the running service, with the document's own examples as
questions, and checks each answer's status, type and body against its schema. Every row that the service counts in its
metrics must be described, and every described one must be served. With --all, an operation that could not be seen to
succeed (no receipt was there to be named, say) is a failure too; without it, it is only told.
"""
import http.client
import json
import re
import sys
import urllib.parse

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(77)

METHODS = ("get", "post", "patch", "delete", "put")
MISSING_ID = "9007199254740993"
SECONDS = 10
QUIET_SECONDS = 1
DETAILS = {"visit-changed": "Visit", "receipt-read": "Receipt"}


class Service:
    def __init__(self, url):
        self.address = urllib.parse.urlsplit(url)

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=SECONDS)
        headers = dict(headers or {})
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        elif method in ("POST", "PATCH"):
            headers["Content-Length"] = "0"
        connection.request(method, path, body=data, headers=headers)
        answer = connection.getresponse()
        kind = (answer.getheader("Content-Type") or "").split(";")[0]
        content = answer.read1(65536) if kind == "text/event-stream" else answer.read()
        connection.close()
        return answer.status, kind, content

    def events_since(self, last_id):
        """What the stream tells who comes back with this id, until it has nothing more to tell. Without one: the greeting."""
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=QUIET_SECONDS)
        connection.request("GET", "/api/v1/events", headers={"Last-Event-ID": last_id} if last_id else {})
        answer, heard = connection.getresponse(), b""
        try:
            while piece := answer.read1(65536):
                heard += piece
        except TimeoutError:
            pass
        connection.close()
        return [dict(line.split(": ", 1) for line in block.splitlines() if ": " in line) for block in heard.decode().split("\n\n")]


class Contract:
    def __init__(self, service, document):
        self.service = service
        self.document = document
        self.faults = []
        self.succeeded = set()

    def resolve(self, thing):
        while "$ref" in thing:
            found = self.document
            for step in thing["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            thing = found
        return thing

    def schema_faults(self, schema, value):
        whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": self.document["components"], "allOf": [schema]}
        checker = jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker())
        return ["%s: %s" % ("/".join(map(str, e.absolute_path)) or "(whole)", e.message[:200]) for e in checker.iter_errors(value)]

    def complain(self, where, what):
        self.faults.append("%s: %s" % (where, what))

    def check(self, name, operation, answer):
        """The answer's JSON, or None."""
        status, kind, content = answer
        described = operation["responses"].get(str(status))
        if described is None:
            self.complain(name, "answered %d, which is not described: %r" % (status, content[:200]))
            return None
        media = self.resolve(described).get("content", {})
        if kind not in media:
            self.complain(name, "answered %d as %s, described are %s" % (status, kind or "nothing", ", ".join(media) or "none"))
            return None
        if kind != "application/json":
            return None
        value = json.loads(content)
        for fault in self.schema_faults(media[kind]["schema"], value):
            self.complain("%s (%d)" % (name, status), fault)
        return value

    def operations(self):
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield method, path, item[method]

    def check_examples(self):
        for method, path, operation in self.operations():
            contents = [self.resolve(r).get("content", {}) for r in operation["responses"].values()]
            contents.append(operation.get("requestBody", {}).get("content", {}))
            for content in contents:
                for kind, media in content.items():
                    if "example" in media and kind == "application/json":
                        for fault in self.schema_faults(media["schema"], media["example"]):
                            self.complain("the example of %s %s" % (method, path), fault)

    def ask(self, method, path, ids=None, body=None, query=""):
        """Asks one described operation; the answer's JSON when it was a success."""
        operation = self.document["paths"].get(path, {}).get(method)
        name = "%s %s" % (method.upper(), path)
        if operation is None:
            self.complain(name, "is not described")
            return None
        address = re.sub(r"\{id\}", ids or "", path) + query
        answer = self.service.ask(method.upper(), address, body)
        value = self.check(name, operation, answer)
        if answer[0] < 300:
            self.succeeded.add((method, path))
            return value
        return None

    def example(self, method, path):
        return self.document["paths"][path][method]["requestBody"]["content"]["application/json"]["example"]


def walk(contract):
    """A small morning at the counter, so that there are things to ask about."""
    ask, example = contract.ask, contract.example
    people = "/api/v1/customers"
    for path in ("/healthz", "/metrics", "/api/openapi.json", "/api/v1/events"):
        ask("get", path)
    ana = ask("post", people, body=example("post", people)) or {}
    ana_id = ana.get("id", MISSING_ID)
    ask("get", people, query="?q=" + urllib.parse.quote(ana.get("name", "")[:3]) + "&limit=5")
    ask("get", people + "/{id}", ana_id)
    learned = ask("patch", people + "/{id}", ana_id, example("patch", people + "/{id}")) or {}
    facts = [f["id"] for f in learned.get("facts", []) if f["key"] not in ("name", "say_as")]
    if facts:
        ask("patch", people + "/{id}", ana_id, {"retract": facts[:1]})
    walk_visit(contract, ana_id)
    walk_receipts(contract, ana_id)


def walk_visit(contract, ana_id):
    ask, example = contract.ask, contract.example
    visits = "/api/v1/visits"
    ask("post", "/api/v1/scans", body=example("post", "/api/v1/scans"))
    opened = ask("post", visits, body={"customer": None}) or {}
    visit_id = opened.get("id", MISSING_ID)
    named = ask("post", visits + "/{id}/customer", visit_id, {"customer": ana_id}) or {}
    ask("get", visits + "/current")
    for prompt in named.get("prompts", [])[:1]:
        for answer in ("said", "not_now", None):
            ask("post", "/api/v1/prompts/{id}/answer", prompt["id"], {"answer": answer})
    walk_slips(contract, visit_id, named.get("slip"))
    ask("post", visits + "/{id}/close", visit_id)


def walk_slips(contract, visit_id, draft):
    ask, example = contract.ask, contract.example
    if draft:
        ask("patch", "/api/v1/slips/{id}", draft["id"], example("patch", "/api/v1/slips/{id}"))
    wanted = {"visit": visit_id, "values": example("post", "/api/v1/slips")["values"]}
    slip = ask("post", "/api/v1/slips", body=wanted) or draft or {}
    ask("get", "/api/v1/slips/{id}", slip.get("id", MISSING_ID))
    ask("get", "/api/v1/slips/{id}.png", slip.get("id", MISSING_ID))


def walk_receipts(contract, ana_id):
    listed = contract.ask("get", "/api/v1/receipts", query="?limit=5") or {}
    for receipt in listed.get("receipts", [])[:1]:
        contract.ask("post", "/api/v1/receipts/{id}/customer", receipt["id"], {"customer": ana_id})


def check_events(contract, last_id):
    """What the walk made happen, as the stream told it."""
    told = [e for e in contract.service.events_since(last_id) if "event" in e]
    schemas = contract.document["components"]["schemas"]
    for event in told:
        data = json.loads(event["data"])
        faults = contract.schema_faults(schemas["Event"], data)
        if data["event"] != event["event"]:
            faults.append("named %s outside and %s inside" % (event["event"], data["event"]))
        if data.get("detail") is not None and data["event"] in DETAILS:
            faults += contract.schema_faults(schemas[DETAILS[data["event"]]], data["detail"])
        for fault in faults:
            contract.complain("event " + event["event"], fault)
    if not told:   # a greeting without an id ends here, too
        contract.complain("GET /api/v1/events", "told nothing of all that happened")
    return sorted({e["event"] for e in told})


def refusals(contract):
    """What is wrong must be said as described, too: no such thing, no JSON, a wrong type, no length, a stranger."""
    for method, path, operation in contract.operations():
        name = "%s %s, asked wrongly" % (method.upper(), path)
        address = path.replace("{id}", MISSING_ID)
        answers = [contract.service.ask(method.upper(), address, headers={"Origin": "http://elsewhere.example"})]
        if "{id}" in path:
            body = contract.example(method, path) if "requestBody" in operation else None
            answers.append(contract.service.ask(method.upper(), address, body))
        if "requestBody" in operation:
            answers.append(contract.service.ask(method.upper(), address, ["not", "an", "object"]))
            answers.append(contract.service.ask(method.upper(), address))
        for answer in answers:
            is_examples = answer[0] < 300   # a server of examples knows every id and every body
            if not is_examples:
                contract.check(name, operation, answer)
        if answers[0][0] != 403:
            contract.complain(name, "a page from elsewhere was answered %d" % answers[0][0])


def served_routes(service):
    _, _, content = service.ask("GET", "/metrics")
    pattern = r'^tillside_web_requests_total\{method="([A-Z]+)",route="(/[^"]*)"'
    return {(m.lower(), p) for m, p in re.findall(pattern, content.decode(), re.M)}


def compare_routes(contract):
    described = {(method, path) for method, path, _ in contract.operations()}
    for method, path in sorted(served_routes(contract.service) - described):
        contract.complain("%s %s" % (method.upper(), path), "is served and not described")
    for method, path in sorted(described):
        status, _, content = contract.service.ask("OPTIONS", path.replace("{id}", MISSING_ID))
        if status == 404:
            contract.complain("%s %s" % (method.upper(), path), "is described and not served: %r" % content[:120])


def main(arguments):
    needs_all = "--all" in arguments
    urls = [a for a in arguments if not a.startswith("-")]
    if len(urls) != 1:
        print(__doc__)
        return 2
    service = Service(urls[0])
    _, _, content = service.ask("GET", "/api/openapi.json")
    contract = Contract(service, json.loads(content))
    contract.check_examples()
    greeting = [e["id"] for e in service.events_since(None) if "id" in e]
    walk(contract)
    names = check_events(contract, greeting[0] if greeting else None)
    refusals(contract)
    compare_routes(contract)
    unseen = ["%s %s" % (m.upper(), p) for m, p, _ in contract.operations() if (m, p) not in contract.succeeded]
    print("events seen: " + ", ".join(names))
    for name in unseen:
        print("not seen to succeed: " + name)
    for fault in contract.faults:
        print("FAULT " + fault)
    print("%d operations seen to succeed, %d not, %d faults" % (len(contract.succeeded), len(unseen), len(contract.faults)))
    return 1 if contract.faults or (needs_all and unseen) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
